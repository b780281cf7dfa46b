# SPDX-License-Identifier: Apache-2.0
# A small landing zone: an organization with two units, three accounts, a service control policy, and in
# each account a role, a bucket and a table.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_organizations_organization" "this" {
  feature_set          = "ALL"
  enabled_policy_types = ["SERVICE_CONTROL_POLICY"]
}

resource "aws_organizations_organizational_unit" "workloads" {
  name      = "workloads"
  parent_id = aws_organizations_organization.this.roots[0].id
}

resource "aws_organizations_organizational_unit" "production" {
  name      = "production"
  parent_id = aws_organizations_organizational_unit.workloads.id
}

resource "aws_organizations_account" "development" {
  name      = "development"
  email     = "development@example.com"
  parent_id = aws_organizations_organizational_unit.workloads.id
  tags      = { stage = "development" }
}

resource "aws_organizations_account" "staging" {
  name      = "staging"
  email     = "staging@example.com"
  parent_id = aws_organizations_organizational_unit.workloads.id
  tags      = { stage = "staging" }
}

resource "aws_organizations_account" "production" {
  name      = "production"
  email     = "production@example.com"
  parent_id = aws_organizations_organizational_unit.production.id
  tags      = { stage = "production" }
}

data "aws_iam_policy_document" "regions" {
  statement {
    sid         = "OnlyEurope"
    effect      = "Deny"
    not_actions = ["iam:*", "organizations:*", "sts:*", "s3:*"]
    resources   = ["*"]
    condition {
      test     = "StringNotEquals"
      variable = "aws:RequestedRegion"
      values   = ["eu-central-1", "eu-west-1"]
    }
  }
}

resource "aws_organizations_policy" "regions" {
  name        = "only-europe"
  description = "Nothing outside of Europe"
  type        = "SERVICE_CONTROL_POLICY"
  content     = data.aws_iam_policy_document.regions.json
  depends_on  = [aws_organizations_organization.this]
}

resource "aws_organizations_policy_attachment" "regions" {
  policy_id = aws_organizations_policy.regions.id
  target_id = aws_organizations_organizational_unit.workloads.id
}

provider "aws" {
  alias  = "development"
  region = "eu-central-1"
  assume_role {
    role_arn = "arn:aws:iam::${aws_organizations_account.development.id}:role/OrganizationAccountAccessRole"
  }
}

provider "aws" {
  alias  = "staging"
  region = "eu-central-1"
  assume_role {
    role_arn = "arn:aws:iam::${aws_organizations_account.staging.id}:role/OrganizationAccountAccessRole"
  }
}

provider "aws" {
  alias  = "production"
  region = "eu-west-1"
  assume_role {
    role_arn = "arn:aws:iam::${aws_organizations_account.production.id}:role/OrganizationAccountAccessRole"
  }
}

module "development" {
  source    = "./member"
  providers = { aws = aws.development }
  name      = "development"
  trusted   = aws_organizations_organization.this.master_account_id
}

module "staging" {
  source    = "./member"
  providers = { aws = aws.staging }
  name      = "staging"
  trusted   = aws_organizations_organization.this.master_account_id
}

module "production" {
  source    = "./member"
  providers = { aws = aws.production }
  name      = "production"
  trusted   = aws_organizations_organization.this.master_account_id
}

output "accounts" {
  value = [module.development.account, module.staging.account, module.production.account]
}
