// From photos to a stopped model with AWS's SDK for JavaScript, which finds the engine by its environment alone.
// `node journey.mjs FOLDER` uploads the files of FOLDER, of which all.manifest is one, and prints what it saw as JSON.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import {
  CreateProjectCommand, CreateProjectVersionCommand, DeleteProjectPolicyCommand, DescribeProjectVersionsCommand,
  DetectCustomLabelsCommand, ListProjectPoliciesCommand, ListTagsForResourceCommand, PutProjectPolicyCommand,
  RekognitionClient, ResourceInUseException, StartProjectVersionCommand, StopProjectVersionCommand,
  TagResourceCommand, UntagResourceCommand, waitUntilProjectVersionRunning,
  waitUntilProjectVersionTrainingCompleted,
} from "@aws-sdk/client-rekognition";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const folder = process.argv[2];
const bucket = "scripted";
const s3 = new S3Client();
const rekognition = new RekognitionClient();
const seen = {};

await s3.send(new CreateBucketCommand({ Bucket: bucket }));
for (const name of await readdir(folder)) {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `photos/${name}`, Body: await readFile(join(folder, name)) }));
}
const manifest = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "photos/all.manifest" }));
seen.manifestLines = (await manifest.Body.transformToString()).trim().split("\n").length;

const { ProjectArn } = await rekognition.send(new CreateProjectCommand({ ProjectName: bucket }));
try {
  await rekognition.send(new CreateProjectCommand({ ProjectName: bucket }));
} catch (error) {
  seen.twice = [error.name, error instanceof ResourceInUseException, error.$metadata.httpStatusCode];
}

const { ProjectVersionArn } = await rekognition.send(new CreateProjectVersionCommand({
  ProjectArn, VersionName: "v1", OutputConfig: { S3Bucket: bucket, S3KeyPrefix: "out" },
  TrainingData: { Assets: [{ GroundTruthManifest: { S3Object: { Bucket: bucket, Name: "photos/all.manifest" } } }] },
  TestingData: { AutoCreate: true }, Tags: { made: "here" },
}));
const named = { ProjectArn, VersionNames: ["v1"] };
const waiting = { client: rekognition, maxWaitTime: 90, minDelay: 1, maxDelay: 1 };
seen.trained = (await waitUntilProjectVersionTrainingCompleted(waiting, named)).state;

await rekognition.send(new TagResourceCommand({ ResourceArn: ProjectVersionArn, Tags: { team: "Größe 猫", made: "there" } }));
seen.tags = (await rekognition.send(new ListTagsForResourceCommand({ ResourceArn: ProjectVersionArn }))).Tags;
await rekognition.send(new UntagResourceCommand({ ResourceArn: ProjectVersionArn, TagKeys: ["team"] }));
seen.tagsLeft = (await rekognition.send(new ListTagsForResourceCommand({ ResourceArn: ProjectVersionArn }))).Tags;

const PolicyDocument = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{
    Effect: "Allow", Principal: { AWS: "arn:aws:iam::111122223333:root" }, Resource: ProjectVersionArn,
    Action: "rekognition:CopyProjectVersion",
  }],
});
const policy = { ProjectArn, PolicyName: "copy" };
const { PolicyRevisionId } = await rekognition.send(new PutProjectPolicyCommand({ ...policy, PolicyDocument }));
const listed = (await rekognition.send(new ListProjectPoliciesCommand({ ProjectArn }))).ProjectPolicies;
seen.policies = listed.map((one) => [
  one.PolicyName, one.PolicyRevisionId === PolicyRevisionId, one.PolicyDocument === PolicyDocument,
  one.CreationTimestamp instanceof Date]);
await rekognition.send(new DeleteProjectPolicyCommand(policy));
seen.policiesLeft = (await rekognition.send(new ListProjectPoliciesCommand({ ProjectArn }))).ProjectPolicies.length;

await rekognition.send(new StartProjectVersionCommand({ ProjectVersionArn, MinInferenceUnits: 1 }));
seen.running = (await waitUntilProjectVersionRunning(waiting, named)).state;
const images = {
  bars: { Bytes: await readFile(join(folder, "bars0.jpg")) },
  ring: { S3Object: { Bucket: bucket, Name: "photos/ring0.jpg" } },
};
seen.found = {};
for (const [label, Image] of Object.entries(images)) {
  const found = await rekognition.send(new DetectCustomLabelsCommand({ ProjectVersionArn, Image, MaxResults: 1, MinConfidence: 0 }));
  seen.found[label] = found.CustomLabels.map((one) => one.Name);
}

seen.stopping = (await rekognition.send(new StopProjectVersionCommand({ ProjectVersionArn }))).Status;
const [described] = (await rekognition.send(new DescribeProjectVersionsCommand(named))).ProjectVersionDescriptions;
seen.f1 = described.EvaluationResult.F1Score;
seen.results = (await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "out/" }))).KeyCount;
console.log(JSON.stringify(seen));
