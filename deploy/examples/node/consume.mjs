import { decompress } from "fzstd"; // kafkajs itself cannot read zstd, in which copydesk writes
import kafkajs from "kafkajs";

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  decompress: async (data) => Buffer.from(decompress(data)),
});

const [bootstrap = "127.0.0.1:9092", topic = "articles.enriched"] = process.argv.slice(2);
const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.WARN });
const consumer = kafka.consumer({ groupId: "headlines" });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    if (message.value === null) return console.log("withdrawn", message.key.toString());
    const { id, version, language, headline } = JSON.parse(message.value);
    console.log(id, version, language, headline);
  },
});
