// SPDX-License-Identifier: Apache-2.0

// sdk ACCOUNT: who am I, a role of that account, a bucket and an object there; prints one JSON object.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const bucket = "second-go"

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func buckets(ctx context.Context, client *s3.Client) []string {
	names := []string{}
	list, err := client.ListBuckets(ctx, &s3.ListBucketsInput{})
	must(err)
	for _, one := range list.Buckets {
		names = append(names, *one.Name)
	}
	return names
}

func main() {
	ctx := context.Background()
	first, err := config.LoadDefaultConfig(ctx)
	must(err)
	who, err := sts.NewFromConfig(first).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	must(err)

	second := first.Copy()
	role := "arn:aws:iam::" + os.Args[1] + ":role/Visitor"
	second.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(
		sts.NewFromConfig(first), role, func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = "visit" }))
	visitor, err := sts.NewFromConfig(second).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	must(err)

	there := s3.NewFromConfig(second)
	_, err = there.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(bucket)})
	must(err)
	_, err = there.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("a/b"),
		Body: strings.NewReader("from go")})
	must(err)
	object, err := there.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("a/b")})
	must(err)
	body, err := io.ReadAll(object.Body)
	must(err)

	must(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"who": *who.Account, "visitor": *visitor.Arn, "body": string(body),
		"there": buckets(ctx, there), "here": buckets(ctx, s3.NewFromConfig(first)),
	}))
}
