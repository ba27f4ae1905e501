// kafkajs against one cluster: makes a topic, produces, consumes in a group, asks and deletes; says
// what it found as one line of JSON. Usage: node kafkajs_witness.js BOOTSTRAP NAME
const { Kafka, CompressionTypes, logLevel } = require("kafkajs");

const [bootstrap, name] = process.argv.slice(2);
const kafka = new Kafka({ clientId: "witness", brokers: bootstrap.split(","), logLevel: logLevel.ERROR });
const start = Date.now() - 60_000;

async function produced() {
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  const messages = [...Array(100).keys()].map((i) => ({
    key: `key${i}`, value: `value${i}`, timestamp: String(start + i), headers: { number: String(i) },
  }));
  const sent = await producer.send({ topic: name, messages, compression: CompressionTypes.GZIP });
  await producer.disconnect();
  return sent.map((each) => [each.partition, each.errorCode, each.baseOffset]).sort();
}

async function consumed(count) {
  const consumer = kafka.consumer({ groupId: name, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [name], fromBeginning: true });
  const found = [];
  await new Promise((resolve, reject) => {
    consumer.run({
      eachMessage: async ({ message }) => {
        found.push([String(message.key), String(message.value), Number(message.timestamp) - start,
          String(message.headers.number)]);
        if (found.length === count) resolve();
      },
    }).catch(reject);
  });
  await consumer.stop();
  await consumer.disconnect();
  return found.sort((a, b) => a[2] - b[2]);
}

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  const found = {};
  const topic = { topic: name, numPartitions: 3, configEntries: [{ name: "retention.ms", value: "99000000" }] };
  found.made = await admin.createTopics({ topics: [topic], waitForLeaders: true });
  found.madeAgain = await admin.createTopics({ topics: [topic] });
  found.partitions = (await admin.fetchTopicMetadata({ topics: [name] })).topics[0].partitions.length;
  found.produced = await produced();
  found.consumed = await consumed(100);
  const ends = await admin.fetchTopicOffsets(name);
  found.ends = ends.map((each) => [each.partition, each.low, each.high]).sort();
  const later = await admin.fetchTopicOffsetsByTimestamp(name, start + 50);
  found.later = later.map((each) => [each.partition, each.offset]).sort();
  const [committed] = await admin.fetchOffsets({ groupId: name, topics: [name] });
  found.committed = committed.partitions.map((each) => [each.partition, each.offset]).sort();
  found.group = (await admin.describeGroups([name])).groups[0].state;
  found.listed = (await admin.listGroups()).groups.some((each) => each.groupId === name);
  found.deletedGroups = (await admin.deleteGroups([name])).map((each) => each.errorCode);
  const described = await admin.describeConfigs({ resources: [{ type: 2, name, configNames: ["retention.ms"] }] });
  found.settings = described.resources[0].configEntries.map((each) => [each.configName, each.configValue]);
  await admin.createPartitions({ topicPartitions: [{ topic: name, count: 4 }] });
  await admin.deleteTopics({ topics: [name] });
  await admin.disconnect();
  console.log(JSON.stringify(found));
}

main().catch((error) => { console.error(error); process.exit(1); });
