# SPDX-License-Identifier: Apache-2.0
# State in a versioned bucket of the account that terraform runs in, locked by S3 and by DynamoDB; the
# resources in another account.
terraform {
  backend "s3" {
    bucket         = "terraform-state"
    key            = "network/terraform.tfstate"
    region         = "us-east-1"
    encrypt        = true
    use_lockfile   = true
    dynamodb_table = "terraform-locks"
  }
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "us-east-1"

  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/Deploy"
  }
}

resource "aws_s3_bucket" "member" {
  bucket = "made-in-the-member"
}

output "account" {
  value = data.aws_caller_identity.member.account_id
}

data "aws_caller_identity" "member" {}
