// SPDX-License-Identifier: Apache-2.0
// What a user of the AWS SDK for Rust writes: nothing here knows of awsintercept. sdk SECOND prints
// what it saw as JSON; the same steps as programs/sdk.py, without DynamoDB to spare its compilation.
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_http_client::tls::{rustls_provider::CryptoMode, Provider};
use aws_smithy_http_client::Builder;

const BUCKET: &str = "second-sdk";
const KEY: &str = "folder/hello.txt";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn code<T, E: ProvideErrorMetadata>(outcome: Result<T, E>) -> String {
    match outcome {
        Ok(_) => "no error".into(),
        Err(error) => error.code().unwrap_or("no code").into(),
    }
}

fn changed(token: &str) -> String {
    let middle = token.len() / 2;
    let other = if &token[middle..=middle] == "A" { "B" } else { "A" };
    format!("{}{}{}", &token[..middle], other, &token[middle + 1..])
}

fn acting_as(config: &SdkConfig, credentials: Credentials) -> SdkConfig {
    let provider = SharedCredentialsProvider::new(credentials);
    config.to_builder().credentials_provider(provider).build()
}

fn text(value: &str) -> String {
    format!("{value:?}")
}

fn list<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    format!("{:?}", values.into_iter().collect::<Vec<_>>())
}

async fn buckets(s3: &aws_sdk_s3::Client) -> Outcome<String> {
    let answer = s3.list_buckets().send().await?;
    Ok(list(answer.buckets().iter().filter_map(|bucket| bucket.name())))
}

async fn run(account: &str) -> Outcome<Vec<(&'static str, String)>> {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let own = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
    let mut seen = Vec::new();
    let sts = aws_sdk_sts::Client::new(&own);
    let who = sts.get_caller_identity().send().await?;
    seen.push(("who", text(who.account().unwrap_or_default())));
    let role = format!("arn:aws:iam::{account}:role/Visitor");
    let assumed = sts.assume_role().role_arn(role).role_session_name("visit").send().await?;
    let keys = assumed.credentials().ok_or("no credentials")?;
    let session = |token: String| {
        let (id, secret) = (keys.access_key_id(), keys.secret_access_key());
        acting_as(&own, Credentials::new(id, secret, Some(token), None, "visit"))
    };
    let visitor = session(keys.session_token().into());
    let there = aws_sdk_sts::Client::new(&visitor).get_caller_identity().send().await?;
    seen.push(("visitor", text(there.arn().unwrap_or_default())));

    let s3 = aws_sdk_s3::Client::new(&visitor);
    s3.create_bucket().bucket(BUCKET).send().await?;
    let body = ByteStream::from_static(b"what the second account wrote");
    s3.put_object().bucket(BUCKET).key(KEY).body(body).send().await?;
    let got = s3.get_object().bucket(BUCKET).key(KEY).send().await?;
    seen.push(("object", text(std::str::from_utf8(&got.body.collect().await?.into_bytes())?)));
    let listed = s3.list_objects_v2().bucket(BUCKET).send().await?;
    seen.push(("keys", list(listed.contents().iter().filter_map(|entry| entry.key()))));
    let missing = s3.get_object().bucket(BUCKET).key("nothing").send().await;
    seen.push(("no object", text(&code(missing))));
    seen.push(("buckets", buckets(&s3).await?));

    let s3 = aws_sdk_s3::Client::new(&own);
    seen.push(("first buckets", buckets(&s3).await?));
    let got = s3.get_object().bucket(BUCKET).key(KEY).send().await;
    seen.push(("first object", text(&code(got))));
    let made = s3.create_bucket().bucket(BUCKET).send().await;
    seen.push(("first create", text(&code(made))));
    let forged = aws_sdk_sts::Client::new(&session(changed(keys.session_token())));
    seen.push(("forged", text(&code(forged.get_caller_identity().send().await))));
    Ok(seen)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let account = std::env::args().nth(1).ok_or("which account?")?;
    let seen = run(&account).await?;
    let fields: Vec<String> = seen.iter().map(|(step, json)| format!("{step:?}: {json}")).collect();
    println!("{{{}}}", fields.join(", "));
    Ok(())
}
