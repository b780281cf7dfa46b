/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user of the AWS SDK for Java 2 writes: nothing here knows of awsintercept. Sdk HTTP SECOND
 * with HTTP one of url, apache, netty, crt prints what it saw as JSON; the same steps as sdk.py.
 */
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.protocols.jsoncore.JsonWriter;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sts.StsAsyncClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

public class Sdk {
    private static final String BUCKET = "second-sdk";
    private static final String KEY = "folder/hello.txt";

    private final SdkHttpClient sync;
    private final SdkAsyncHttpClient async;
    private final JsonWriter seen = JsonWriter.create();

    Sdk(String http) {
        sync = http.equals("url") ? UrlConnectionHttpClient.create()
             : http.equals("apache") ? ApacheHttpClient.create() : null;
        async = http.equals("netty") ? NettyNioAsyncHttpClient.create()
              : http.equals("crt") ? AwsCrtAsyncHttpClient.create() : null;
    }

    /** Each call of the synchronous interface goes to the asynchronous client, and is waited for. */
    private static <S, A> S waiting(Class<S> type, Class<A> asyncType, A client) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            try {
                return ((CompletableFuture<?>) call(asyncType, client, method, args)).join();
            } catch (CompletionException | InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    private static Object call(Class<?> asyncType, Object client, Method method, Object[] args) throws Exception {
        if (client instanceof S3AsyncClient s3 && method.getName().equals("getObjectAsBytes")) {
            return s3.getObject((GetObjectRequest) args[0], AsyncResponseTransformer.toBytes());
        }
        Class<?>[] types = method.getParameterTypes();
        for (int i = 0; i < types.length; i++) {
            if (args[i] instanceof RequestBody body) {
                types[i] = AsyncRequestBody.class;
                args[i] = AsyncRequestBody.fromBytes(body.contentStreamProvider().newStream().readAllBytes());
            }
        }
        return asyncType.getMethod(method.getName(), types).invoke(client, args);
    }

    private StsClient sts(AwsCredentialsProvider who) {
        return sync != null ? StsClient.builder().credentialsProvider(who).httpClient(sync).build()
            : waiting(StsClient.class, StsAsyncClient.class,
                StsAsyncClient.builder().credentialsProvider(who).httpClient(async).build());
    }

    private S3Client s3(AwsCredentialsProvider who) {
        return sync != null ? S3Client.builder().credentialsProvider(who).httpClient(sync).build()
            : waiting(S3Client.class, S3AsyncClient.class,
                S3AsyncClient.builder().credentialsProvider(who).httpClient(async).build());
    }

    private DynamoDbClient dynamodb(AwsCredentialsProvider who) {
        return sync != null ? DynamoDbClient.builder().credentialsProvider(who).httpClient(sync).build()
            : waiting(DynamoDbClient.class, DynamoDbAsyncClient.class,
                DynamoDbAsyncClient.builder().credentialsProvider(who).httpClient(async).build());
    }

    private static String code(Runnable call) {
        try {
            call.run();
        } catch (AwsServiceException e) {
            return e.awsErrorDetails().errorCode();
        }
        return "no error";
    }

    private static AwsCredentialsProvider session(Credentials keys, String token) {
        return StaticCredentialsProvider.create(
            AwsSessionCredentials.create(keys.accessKeyId(), keys.secretAccessKey(), token));
    }

    private static String changed(String token) {
        int middle = token.length() / 2;
        return token.substring(0, middle) + (token.charAt(middle) == 'A' ? 'B' : 'A') + token.substring(middle + 1);
    }

    private void saw(String step, String value) {
        seen.writeFieldName(step).writeValue(value);
    }

    private void saw(String step, List<String> values) {
        seen.writeFieldName(step).writeStartArray();
        values.forEach(seen::writeValue);
        seen.writeEndArray();
    }

    private void useSecond(AwsCredentialsProvider who) {
        S3Client s3 = s3(who);
        s3.createBucket(b -> b.bucket(BUCKET));
        s3.putObject(b -> b.bucket(BUCKET).key(KEY), RequestBody.fromString("what the second account wrote"));
        GetObjectRequest get = GetObjectRequest.builder().bucket(BUCKET).key(KEY).build();
        saw("object", s3.getObjectAsBytes(get).asUtf8String());
        saw("keys", s3.listObjectsV2(b -> b.bucket(BUCKET)).contents().stream().map(S3Object::key).toList());
        GetObjectRequest none = get.toBuilder().key("nothing").build();
        saw("no object", code(() -> s3.getObjectAsBytes(none)));
        saw("buckets", s3.listBuckets().buckets().stream().map(Bucket::name).toList());

        DynamoDbClient db = dynamodb(who);
        db.createTable(b -> b.tableName("visits").billingMode("PAY_PER_REQUEST")
            .attributeDefinitions(a -> a.attributeName("id").attributeType("S"))
            .keySchema(k -> k.attributeName("id").keyType("HASH")));
        AttributeValue id = AttributeValue.fromS("1");
        db.putItem(b -> b.tableName("visits").item(Map.of("id", id, "n", AttributeValue.fromN("42"))));
        Map<String, AttributeValue> item = db.getItem(b -> b.tableName("visits").key(Map.of("id", id))).item();
        seen.writeFieldName("item").writeStartObject();
        item.forEach((name, value) -> {
            seen.writeFieldName(name).writeStartObject();
            saw(value.s() != null ? "S" : "N", value.s() != null ? value.s() : value.n());
            seen.writeEndObject();
        });
        seen.writeEndObject();
        saw("tables", db.listTables().tableNames());
    }

    private void useFirst() {
        AwsCredentialsProvider who = DefaultCredentialsProvider.builder().build();
        S3Client s3 = s3(who);
        saw("first buckets", s3.listBuckets().buckets().stream().map(Bucket::name).toList());
        GetObjectRequest get = GetObjectRequest.builder().bucket(BUCKET).key(KEY).build();
        saw("first object", code(() -> s3.getObjectAsBytes(get)));
        saw("first create", code(() -> s3.createBucket(b -> b.bucket(BUCKET))));
        DynamoDbClient db = dynamodb(who);
        saw("first tables", db.listTables().tableNames());
        saw("first table", code(() -> db.describeTable(b -> b.tableName("visits"))));
    }

    private void run(String account) {
        seen.writeStartObject();
        StsClient own = sts(DefaultCredentialsProvider.builder().build());
        saw("who", own.getCallerIdentity().account());
        Credentials keys = own.assumeRole(b -> b.roleSessionName("visit")
            .roleArn("arn:aws:iam::" + account + ":role/Visitor")).credentials();
        AwsCredentialsProvider visitor = session(keys, keys.sessionToken());
        saw("visitor", sts(visitor).getCallerIdentity().arn());
        useSecond(visitor);
        useFirst();
        AwsCredentialsProvider forged = session(keys, changed(keys.sessionToken()));
        saw("forged", code(() -> sts(forged).getCallerIdentity()));
        seen.writeEndObject();
        System.out.println(new String(seen.getBytes()));
    }

    public static void main(String[] args) {
        new Sdk(args[0]).run(args[1]);
        System.exit(0);
    }
}
