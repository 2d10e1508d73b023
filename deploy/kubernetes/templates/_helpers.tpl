{{/* What every object's name begins with. */}}
{{- define "copydesk.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that never change, by which pods are found: (dict "root" $ "component" NAME). */}}
{{- define "copydesk.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "copydesk.labels" -}}
{{ include "copydesk.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "copydesk.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* Which topic each step reads, in the order of the pipeline. */}}
{{- define "copydesk.steps" -}}
- {step: fingerprint, topic: articles.raw, enriches: false}
- {step: claim, topic: articles.fingerprinted, enriches: false}
- {step: detect_language, topic: articles.unique, enriches: true}
- {step: strip_boilerplate, topic: articles.identified, enriches: true}
- {step: tag_entities, topic: articles.cleaned, enriches: true}
{{- end -}}

{{/* The hops of a worker, as (step, topic): neighbouring enrichments are one. (list of steps) */}}
{{- define "copydesk.hops" -}}
{{- $mine := . -}}
{{- $hops := list -}}
{{- $fused := false -}}
{{- range (include "copydesk.steps" nil | fromYamlArray) -}}
{{- $has := or (has .step $mine) (and (not .enriches) (has "deduplicate" $mine)) -}}
{{- if and $has (not (and .enriches $fused)) -}}
{{- $hops = append $hops (dict "step" .step "topic" .topic) -}}
{{- end -}}
{{- $fused = and $has .enriches -}}
{{- end -}}
{{- toYaml $hops -}}
{{- end -}}

{{/* A value as text. Helm reads numbers as floats: 5000000 would become 5e+06. */}}
{{- define "copydesk.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}{{ int64 . }}{{- else -}}{{ . }}{{- end -}}
{{- end -}}

{{/* What each process is told about Kafka, and the settings of the values. */}}
{{- define "copydesk.env" -}}
- {name: COPYDESK_BOOTSTRAP, value: {{ .Values.kafka.bootstrap | quote }}}
- {name: COPYDESK_TOPIC_PREFIX, value: {{ .Values.kafka.topicPrefix | quote }}}
- {name: COPYDESK_SECURITY_PROTOCOL, value: {{ .Values.kafka.securityProtocol }}}
- {name: COPYDESK_PARTITIONS, value: {{ .Values.topics.partitions | quote }}}
- {name: COPYDESK_REPLICATION, value: {{ .Values.topics.replication | quote }}}
- {name: COPYDESK_MIN_INSYNC, value: {{ .Values.topics.minInsync | quote }}}
- {name: COPYDESK_LOG_FORMAT, value: json}
{{- if hasPrefix "SASL_" .Values.kafka.securityProtocol }}
- {name: COPYDESK_SASL_MECHANISM, value: {{ .Values.kafka.saslMechanism }}}
- {name: COPYDESK_SASL_USERNAME_FILE, value: /etc/copydesk/kafka/username}
- {name: COPYDESK_SASL_PASSWORD_FILE, value: /etc/copydesk/kafka/password}
{{- end }}
{{- if eq .Values.kafka.securityProtocol "SSL" }}
- {name: COPYDESK_SSL_CERTIFICATE, value: /etc/copydesk/kafka/tls.crt}
- {name: COPYDESK_SSL_KEY, value: /etc/copydesk/kafka/tls.key}
{{- end }}
{{- if .Values.kafka.ca }}
- {name: COPYDESK_SSL_CA, value: /etc/copydesk/kafka/ca.crt}
{{- end }}
{{- range $name, $value := .Values.settings }}
- {name: {{ $name }}, value: {{ include "copydesk.text" $value | quote }}}
{{- end }}
{{- end -}}

{{- define "copydesk.http" -}}
- {name: COPYDESK_HTTP_HOST, value: 0.0.0.0}
- {name: COPYDESK_HTTP_PORT, value: "8000"}
{{- end -}}

{{- define "copydesk.mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .Values.kafka.secret }}
- {name: kafka, mountPath: /etc/copydesk/kafka, readOnly: true}
{{- end }}
{{- end -}}

{{- define "copydesk.volumes" -}}
# The language model is unpacked into a temporary file while it loads; it counts as memory.
- name: tmp
  emptyDir: {medium: Memory, sizeLimit: 256Mi}
{{- if .Values.kafka.secret }}
- name: kafka
  secret: {secretName: {{ .Values.kafka.secret }}, defaultMode: 0440}
{{- end }}
{{- end -}}

{{- define "copydesk.podSecurity" -}}
serviceAccountName: {{ include "copydesk.fullname" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "copydesk.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{/* Live: not broken. Ready: started, and the offset moves where there is lag. */}}
{{- define "copydesk.probes" -}}
startupProbe:
  httpGet: {path: /health/live, port: http}
  periodSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /health/live, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /health/ready, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
{{- end -}}

{{/* Where pods run: what holds for all of them. */}}
{{- define "copydesk.placement" -}}
{{- with .Values.worker.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.worker.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.worker.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.worker.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
