# SPDX-License-Identifier: Apache-2.0
# The AWS SDK for Ruby, S3 and STS: sdk.rb SECOND_ACCOUNT prints what it saw as JSON.
require 'json'
require 'aws-sdk-core'
require 'aws-sdk-s3'

BUCKET = 'second-sdk'.freeze
KEY = 'folder/hello.txt'.freeze

def code
  yield
  'no error'
rescue Aws::Errors::ServiceError => e
  e.class.name.split('::').last
end

def forge(keys)
  token = keys.session_token.dup
  middle = token.length / 2
  token[middle] = token[middle] == 'A' ? 'B' : 'A'
  Aws::Credentials.new(keys.access_key_id, keys.secret_access_key, token)
end

sts = Aws::STS::Client.new
seen = { 'who' => sts.get_caller_identity.account }
visitor = Aws::AssumeRoleCredentials.new(client: sts, role_session_name: 'visit',
                                         role_arn: "arn:aws:iam::#{ARGV[0]}:role/Visitor")
seen['visitor'] = Aws::STS::Client.new(credentials: visitor).get_caller_identity.arn

there = Aws::S3::Client.new(credentials: visitor)
there.create_bucket(bucket: BUCKET)
there.put_object(bucket: BUCKET, key: KEY, body: 'what the second account wrote')
seen['object'] = there.get_object(bucket: BUCKET, key: KEY).body.read
seen['keys'] = there.list_objects_v2(bucket: BUCKET).contents.map(&:key)
seen['no object'] = code { there.get_object(bucket: BUCKET, key: 'nothing') }
seen['buckets'] = there.list_buckets.buckets.map(&:name)

here = Aws::S3::Client.new
seen['first buckets'] = here.list_buckets.buckets.map(&:name)
seen['first object'] = code { here.get_object(bucket: BUCKET, key: KEY) }
seen['first create'] = code { here.create_bucket(bucket: BUCKET) }
seen['forged'] = code { Aws::STS::Client.new(credentials: forge(visitor.credentials)).get_caller_identity }
puts JSON.generate(seen)
