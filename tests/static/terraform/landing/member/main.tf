# SPDX-License-Identifier: Apache-2.0
# What every member account has.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "name" {
  type = string
}

variable "trusted" {
  type = string
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${var.trusted}:root"]
    }
  }
}

resource "aws_iam_role" "deploy" {
  name               = "deploy"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = { stage = var.name }
}

data "aws_iam_policy_document" "deploy" {
  statement {
    actions   = ["s3:*Object", "dynamodb:*Item"]
    resources = ["${aws_s3_bucket.data.arn}/*", aws_dynamodb_table.data.arn]
  }
}

resource "aws_iam_role_policy" "deploy" {
  name   = "data"
  role   = aws_iam_role.deploy.id
  policy = data.aws_iam_policy_document.deploy.json
}

resource "aws_s3_bucket" "data" {
  bucket = "landing-zone-${var.name}"
  tags   = { stage = var.name }
}

resource "aws_dynamodb_table" "data" {
  name         = "data"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  tags = { stage = var.name }
}

output "account" {
  value = split(":", aws_iam_role.deploy.arn)[4]
}
