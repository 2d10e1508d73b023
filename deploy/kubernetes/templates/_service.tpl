{{/* A headless service, by which Prometheus finds every pod: root, component, job. */}}
{{- define "copydesk.metricsService" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "copydesk.fullname" .root }}-{{ .component }}
  labels:
    {{- include "copydesk.labels" . | nindent 4 }}
    copydesk/job: {{ .job }}
spec:
  clusterIP: None
  # A worker that is red is the one to look at.
  publishNotReadyAddresses: true
  selector: {{ include "copydesk.selector" . | nindent 4 }}
  ports: [{name: http, port: 8000, targetPort: http}]
{{- end -}}
