# SPDX-License-Identifier: Apache-2.0
# How an organization is governed: a policy of every type, a delegated administrator, the resource
# policy, and what the data sources say of it.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "eu-central-1"
}

locals {
  contents = {
    SERVICE_CONTROL_POLICY = {
      Version   = "2012-10-17"
      Statement = [{ Effect = "Deny", Action = "organizations:LeaveOrganization", Resource = "*" }]
    }
    RESOURCE_CONTROL_POLICY = {
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Deny", Principal = "*", Action = ["s3:*"], Resource = "*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }]
    }
    TAG_POLICY                = { tags = { stage = { tag_key = { "@@assign" = "Stage" } } } }
    AISERVICES_OPT_OUT_POLICY = { services = { default = { opt_out_policy = { "@@assign" = "optOut" } } } }
    CHATBOT_POLICY = {
      chatbot = { platforms = { slack = { client = { "@@assign" = "disabled" } } } }
    }
    DECLARATIVE_POLICY_EC2 = {
      ec2_attributes = { serial_console_access = { status = { "@@assign" = "disabled" } } }
    }
    BACKUP_POLICY = {
      plans = {
        nightly = {
          regions = { "@@assign" = ["eu-central-1"] }
          rules   = { nightly = { target_backup_vault_name = { "@@assign" = "Default" } } }
          selections = {
            tags = {
              all = {
                iam_role_arn = { "@@assign" = "arn:aws:iam::$account:role/Backup" }
                tag_key      = { "@@assign" = "backup" }
                tag_value    = { "@@assign" = ["yes"] }
              }
            }
          }
        }
      }
    }
  }
}

resource "aws_organizations_organization" "this" {
  feature_set                   = "ALL"
  enabled_policy_types          = keys(local.contents)
  aws_service_access_principals = ["config.amazonaws.com", "sso.amazonaws.com"]
}

resource "aws_organizations_organizational_unit" "teams" {
  name      = "teams"
  parent_id = aws_organizations_organization.this.roots[0].id
  tags      = { kind = "unit" }
}

resource "aws_organizations_account" "audit" {
  name      = "audit"
  email     = "audit@example.com"
  parent_id = aws_organizations_organizational_unit.teams.id
  tags      = { stage = "audit" }
}

resource "aws_organizations_policy" "each" {
  for_each    = local.contents
  name        = lower(each.key)
  description = "one of each"
  type        = each.key
  content     = jsonencode(each.value)
  tags        = { type = each.key }
  depends_on  = [aws_organizations_organization.this]
}

resource "aws_organizations_policy_attachment" "each" {
  for_each  = local.contents
  policy_id = aws_organizations_policy.each[each.key].id
  target_id = aws_organizations_organizational_unit.teams.id
}

resource "aws_organizations_delegated_administrator" "config" {
  account_id        = aws_organizations_account.audit.id
  service_principal = "config.amazonaws.com"
  depends_on        = [aws_organizations_organization.this]
}

resource "aws_organizations_resource_policy" "this" {
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${aws_organizations_account.audit.id}:root" }
      Action    = ["organizations:ListPolicies", "organizations:DescribePolicy"]
      Resource  = "*"
    }]
  })
  tags = { kind = "delegation" }
}

data "aws_organizations_organization" "this" {
  depends_on = [aws_organizations_delegated_administrator.config]
}

data "aws_organizations_organizational_units" "root" {
  parent_id  = aws_organizations_organization.this.roots[0].id
  depends_on = [aws_organizations_organizational_unit.teams]
}

data "aws_organizations_organizational_unit_descendant_accounts" "teams" {
  parent_id  = aws_organizations_organizational_unit.teams.id
  depends_on = [aws_organizations_account.audit]
}

data "aws_organizations_delegated_administrators" "config" {
  service_principal = "config.amazonaws.com"
  depends_on        = [aws_organizations_delegated_administrator.config]
}

data "aws_organizations_delegated_services" "audit" {
  account_id = aws_organizations_delegated_administrator.config.account_id
}

data "aws_organizations_policies_for_target" "teams" {
  target_id  = aws_organizations_organizational_unit.teams.id
  filter     = "TAG_POLICY"
  depends_on = [aws_organizations_policy_attachment.each]
}

data "aws_organizations_policy" "tags" {
  policy_id = aws_organizations_policy.each["TAG_POLICY"].id
}

data "aws_organizations_resource_tags" "audit" {
  resource_id = aws_organizations_account.audit.id
}

output "audit" { value = aws_organizations_account.audit.id }
output "types" { value = [for t in data.aws_organizations_organization.this.roots[0].policy_types : t.type] }
output "principals" { value = data.aws_organizations_organization.this.aws_service_access_principals }
output "units" { value = data.aws_organizations_organizational_units.root.children[*].name }
output "below" { value = data.aws_organizations_organizational_unit_descendant_accounts.teams.accounts[*].name }
output "administrators" { value = data.aws_organizations_delegated_administrators.config.delegated_administrators[*].id }
output "services" { value = data.aws_organizations_delegated_services.audit.delegated_services[*].service_principal }
output "tag_policies" { value = data.aws_organizations_policies_for_target.teams.ids }
output "tag_policy" { value = aws_organizations_policy.each["TAG_POLICY"].id }
output "content" { value = jsondecode(data.aws_organizations_policy.tags.content) }
output "tags" { value = data.aws_organizations_resource_tags.audit.tags }
