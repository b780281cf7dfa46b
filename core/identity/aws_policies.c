/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The managed policies that AWS offers in every account, as far as landing zones name them. Sorted
 * by name. A document allows what the name promises, mostly by wildcards; only AdministratorAccess
 * says the same as AWS's. The unique ids are our own, but for AdministratorAccess's.
 */
#include "core/identity/managed.h"

#define DOCUMENT(statements) "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"
#define ALLOW(actions)       "{\"Effect\":\"Allow\",\"Action\":" actions ",\"Resource\":\"*\"}"

#define POLICY(Name, Path, Id, Description, Document)                                              \
    {                                                                                              \
        .name = AWI_STR_INIT(Name), .path = AWI_STR_INIT(Path), .id = AWI_STR_INIT(Id),            \
        .description = AWI_STR_INIT(Description), .document = AWI_STR_INIT(Document),              \
    }

const struct awi_aws_policy awi_aws_policies[] = {
    POLICY("AWSBillingReadOnlyAccess",
           "/",
           "ANPAIZAFSE6LIMTH5AHCY",
           "Allows users to view bills on the Billing Console.",
           DOCUMENT(ALLOW("[\"account:GetAccountInformation\",\"aws-portal:View*\",\"billing:Get*"
                          "\",\"billing:List*\",\"budgets:Describe*\",\"budgets:View*\",\"ce:Desc"
                          "ribe*\",\"ce:Get*\",\"ce:List*\",\"cur:Describe*\",\"cur:Get*\",\"invo"
                          "icing:Get*\",\"invoicing:List*\",\"payments:Get*\",\"payments:List*\","
                          "\"tax:Get*\",\"tax:List*\"]"))),
    POLICY("AWSCloudFormationFullAccess",
           "/",
           "ANPAIFN2GIZVBKK4KWEW6",
           "Provides full access to AWS CloudFormation via the AWS Management Cons"
           "ole.",
           DOCUMENT(ALLOW("\"cloudformation:*\""))),
    POLICY("AWSCloudFormationReadOnlyAccess",
           "/",
           "ANPAIBIDIDWX3CTYCONYU",
           "Provides read only access to AWS CloudFormation via the AWS Management"
           " Console.",
           DOCUMENT(ALLOW("[\"cloudformation:Describe*\",\"cloudformation:Get*\",\"cloudformation"
                          ":List*\"]"))),
    POLICY("AWSCloudTrail_FullAccess",
           "/",
           "ANPAIMXA4MMVT5TMHKQQ5",
           "Provides full access to AWS CloudTrail via the AWS Management Console.",
           DOCUMENT(ALLOW("[\"cloudtrail:*\",\"s3:CreateBucket\",\"s3:PutBucketPolicy\",\"sns:Cre"
                          "ateTopic\",\"logs:CreateLogGroup\",\"kms:ListAliases\"]"))),
    POLICY("AWSCloudTrail_ReadOnlyAccess",
           "/",
           "ANPAIBL5NYDYRIJIN5QMB",
           "Provides read only access to AWS CloudTrail via the AWS Management Con"
           "sole.",
           DOCUMENT(ALLOW("[\"cloudtrail:Describe*\",\"cloudtrail:Get*\",\"cloudtrail:List*\",\"c"
                          "loudtrail:LookupEvents\"]"))),
    POLICY("AWSConfigRole",
           "/service-role/",
           "ANPAIN2MW7BKKT27LOVZB",
           "Default policy for AWS Config service role. Provides permissions requi"
           "red for AWS Config to track changes to your AWS resources.",
           DOCUMENT(ALLOW("[\"acm:Describe*\",\"acm:Get*\",\"acm:List*\",\"autoscaling:Describe*"
                          "\",\"autoscaling:Get*\",\"autoscaling:List*\",\"cloudformation:Describ"
                          "e*\",\"cloudformation:Get*\",\"cloudformation:List*\",\"cloudfront:Des"
                          "cribe*\",\"cloudfront:Get*\",\"cloudfront:List*\",\"cloudtrail:Describ"
                          "e*\",\"cloudtrail:Get*\",\"cloudtrail:List*\",\"cloudwatch:Describe*\""
                          ",\"cloudwatch:Get*\",\"cloudwatch:List*\",\"dynamodb:Describe*\",\"dyn"
                          "amodb:Get*\",\"dynamodb:List*\",\"ec2:Describe*\",\"ec2:Get*\",\"ec2:L"
                          "ist*\",\"elasticloadbalancing:Describe*\",\"elasticloadbalancing:Get*"
                          "\",\"elasticloadbalancing:List*\",\"iam:Describe*\",\"iam:Get*\",\"iam"
                          ":List*\",\"kms:Describe*\",\"kms:Get*\",\"kms:List*\",\"lambda:Describ"
                          "e*\",\"lambda:Get*\",\"lambda:List*\",\"rds:Describe*\",\"rds:Get*\","
                          "\"rds:List*\",\"redshift:Describe*\",\"redshift:Get*\",\"redshift:List"
                          "*\",\"s3:Describe*\",\"s3:Get*\",\"s3:List*\",\"sns:Describe*\",\"sns:"
                          "Get*\",\"sns:List*\",\"sqs:Describe*\",\"sqs:Get*\",\"sqs:List*\",\"ss"
                          "m:Describe*\",\"ssm:Get*\",\"ssm:List*\"]"))),
    POLICY("AWSKeyManagementServicePowerUser",
           "/",
           "ANPAI2DKAH52SD3DWW4KU",
           "Provides access to AWS Key Management Service (KMS).",
           DOCUMENT(ALLOW("[\"kms:CreateAlias\",\"kms:CreateKey\",\"kms:DeleteAlias\",\"kms:Descr"
                          "ibe*\",\"kms:GenerateRandom\",\"kms:Get*\",\"kms:List*\",\"kms:TagReso"
                          "urce\",\"kms:UntagResource\",\"iam:ListGroups\",\"iam:ListRoles\",\"ia"
                          "m:ListUsers\"]"))),
    POLICY("AWSLambdaBasicExecutionRole",
           "/service-role/",
           "ANPAIYP2LTYSLIMUXV3JL",
           "Provides write permissions to CloudWatch Logs.",
           DOCUMENT(ALLOW("[\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents"
                          "\"]"))),
    POLICY("AWSLambdaDynamoDBExecutionRole",
           "/service-role/",
           "ANPAIIUCYL4VWINYOJUYW",
           "Provides list and read access to DynamoDB streams and write permission"
           "s to CloudWatch Logs.",
           DOCUMENT(ALLOW("[\"dynamodb:DescribeStream\",\"dynamodb:GetRecords\",\"dynamodb:GetSha"
                          "rdIterator\",\"dynamodb:ListStreams\",\"logs:CreateLogGroup\",\"logs:C"
                          "reateLogStream\",\"logs:PutLogEvents\"]"))),
    POLICY("AWSLambdaKinesisExecutionRole",
           "/service-role/",
           "ANPAIPUYMYQYFFN536RT7",
           "Provides list and read access to Kinesis streams and write permissions"
           " to CloudWatch Logs.",
           DOCUMENT(ALLOW("[\"kinesis:DescribeStream\",\"kinesis:DescribeStreamSummary\",\"kinesi"
                          "s:GetRecords\",\"kinesis:GetShardIterator\",\"kinesis:ListShards\",\"k"
                          "inesis:ListStreams\",\"kinesis:SubscribeToShard\",\"logs:CreateLogGrou"
                          "p\",\"logs:CreateLogStream\",\"logs:PutLogEvents\"]"))),
    POLICY("AWSLambdaRole",
           "/service-role/",
           "ANPAIRNKUR4W3YC7ROG5Q",
           "Default policy for AWS Lambda service role.",
           DOCUMENT(ALLOW("\"lambda:InvokeFunction\""))),
    POLICY("AWSLambdaSQSQueueExecutionRole",
           "/service-role/",
           "ANPAIA5TMZEAT6C5JV2VJ",
           "Provides receive message, delete message, and read attribute access to"
           " SQS queues, and write permissions to CloudWatch Logs.",
           DOCUMENT(ALLOW("[\"sqs:ReceiveMessage\",\"sqs:DeleteMessage\",\"sqs:GetQueueAttributes"
                          "\",\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvent"
                          "s\"]"))),
    POLICY("AWSLambdaVPCAccessExecutionRole",
           "/service-role/",
           "ANPAIJE3MMN6A2IX2LSQD",
           "Provides minimum permissions for a Lambda function to execute while ac"
           "cessing a resource within a VPC.",
           DOCUMENT(ALLOW("[\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents"
                          "\",\"ec2:AssignPrivateIpAddresses\",\"ec2:CreateNetworkInterface\",\"e"
                          "c2:DeleteNetworkInterface\",\"ec2:DescribeNetworkInterfaces\",\"ec2:De"
                          "scribeSubnets\",\"ec2:UnassignPrivateIpAddresses\"]"))),
    POLICY("AWSLambda_FullAccess",
           "/",
           "ANPAIXLVPVJO7MLIJ5I57",
           "Provides full access to AWS Lambda via the AWS Management Console.",
           DOCUMENT(ALLOW("[\"lambda:*\",\"cloudformation:DescribeStacks\",\"cloudformation:ListS"
                          "tackResources\",\"cloudwatch:GetMetricData\",\"cloudwatch:ListMetrics"
                          "\",\"ec2:Describe*\",\"iam:GetPolicy\",\"iam:GetRole\",\"iam:GetRolePo"
                          "licy\",\"iam:ListAttachedRolePolicies\",\"iam:ListRoles\",\"iam:PassRo"
                          "le\",\"kms:ListAliases\",\"logs:Describe*\",\"states:List*\",\"tag:Get"
                          "Resources\",\"xray:Get*\"]"))),
    POLICY("AWSLambda_ReadOnlyAccess",
           "/",
           "ANPAI5A6DZPOSUUF6IR4I",
           "Provides read only access to AWS Lambda via the AWS Management Console"
           ".",
           DOCUMENT(ALLOW("[\"lambda:Get*\",\"lambda:List*\",\"cloudwatch:GetMetricData\",\"cloud"
                          "watch:ListMetrics\",\"ec2:Describe*\",\"iam:GetRole\",\"iam:ListRoles"
                          "\",\"logs:Describe*\",\"tag:GetResources\"]"))),
    POLICY("AWSOrganizationsFullAccess",
           "/",
           "ANPAI26QGRGXF4GMNY3HS",
           "Provides full access to AWS Organizations via the AWS Management Conso"
           "le.",
           DOCUMENT(ALLOW("[\"organizations:*\",\"account:*AlternateContact\",\"account:GetContac"
                          "tInformation\",\"account:PutContactInformation\",\"account:ListRegions"
                          "\",\"account:EnableRegion\",\"account:DisableRegion\"]"))),
    POLICY("AWSOrganizationsReadOnlyAccess",
           "/",
           "ANPAIVEJZA7WRPOL2YCCS",
           "Provides read only access to AWS Organizations via the AWS Management "
           "Console.",
           DOCUMENT(ALLOW("[\"organizations:Describe*\",\"organizations:List*\",\"account:GetAlte"
                          "rnateContact\",\"account:GetContactInformation\",\"account:ListRegions"
                          "\"]"))),
    POLICY("AWSOrganizationsServiceTrustPolicy",
           "/aws-service-role/",
           "ANPAI6RYYMMNFYHMX6JEJ",
           "A policy to allow AWS Organizations to share trust with other approved"
           " AWS Services for the purpose of simplifying customer configuration.",
           DOCUMENT(ALLOW("[\"iam:CreateServiceLinkedRole\",\"iam:DeleteRole\"]"))),
    POLICY("AWSSSOServiceRolePolicy",
           "/aws-service-role/",
           "ANPAIVROSWW3UGKBDGZZV",
           "Grants AWS SSO permissions to manage AWS resources, including IAM role"
           "s, policies, and SAML IdP on your behalf.",
           DOCUMENT(ALLOW("[\"iam:AttachRolePolicy\",\"iam:CreateRole\",\"iam:CreateSAMLProvider"
                          "\",\"iam:Delete*\",\"iam:DetachRolePolicy\",\"iam:Get*\",\"iam:List*\""
                          ",\"iam:PutRolePolicy\",\"iam:UpdateRole*\",\"iam:UpdateSAMLProvider\","
                          "\"organizations:Describe*\",\"organizations:List*\"]"))),
    POLICY("AWSStepFunctionsFullAccess",
           "/",
           "ANPAIQRNGNKFZVZ7A56MY",
           "An access policy for providing a user/role/etc access to the AWS StepF"
           "unctions APIs.",
           DOCUMENT(ALLOW("\"states:*\""))),
    POLICY("AWSSupportAccess",
           "/",
           "ANPAIJP2L47NDJ23FTXYE",
           "Allows users to access the AWS Support Center.",
           DOCUMENT(ALLOW("\"support:*\""))),
    POLICY("AWSXRayDaemonWriteAccess",
           "/",
           "ANPAIQNAXJCNJ6W4JRUXF",
           "Allow the AWS X-Ray Daemon to relay raw trace segments data to the ser"
           "vice's API and retrieve sampling data (rules, targets, etc.) to be use"
           "d by the X-Ray SDK.",
           DOCUMENT(ALLOW("[\"xray:GetSampling*\",\"xray:PutTelemetryRecords\",\"xray:PutTraceSeg"
                          "ments\"]"))),
    POLICY("AWS_ConfigRole",
           "/service-role/",
           "ANPAIOJC6ECP6YZC5RJHU",
           "Default policy for AWS Config service role. Provides permissions requi"
           "red for AWS Config to track changes to your AWS resources.",
           DOCUMENT(ALLOW("[\"acm:Describe*\",\"acm:Get*\",\"acm:List*\",\"autoscaling:Describe*"
                          "\",\"autoscaling:Get*\",\"autoscaling:List*\",\"cloudformation:Describ"
                          "e*\",\"cloudformation:Get*\",\"cloudformation:List*\",\"cloudfront:Des"
                          "cribe*\",\"cloudfront:Get*\",\"cloudfront:List*\",\"cloudtrail:Describ"
                          "e*\",\"cloudtrail:Get*\",\"cloudtrail:List*\",\"cloudwatch:Describe*\""
                          ",\"cloudwatch:Get*\",\"cloudwatch:List*\",\"dynamodb:Describe*\",\"dyn"
                          "amodb:Get*\",\"dynamodb:List*\",\"ec2:Describe*\",\"ec2:Get*\",\"ec2:L"
                          "ist*\",\"elasticloadbalancing:Describe*\",\"elasticloadbalancing:Get*"
                          "\",\"elasticloadbalancing:List*\",\"iam:Describe*\",\"iam:Get*\",\"iam"
                          ":List*\",\"kms:Describe*\",\"kms:Get*\",\"kms:List*\",\"lambda:Describ"
                          "e*\",\"lambda:Get*\",\"lambda:List*\",\"rds:Describe*\",\"rds:Get*\","
                          "\"rds:List*\",\"redshift:Describe*\",\"redshift:Get*\",\"redshift:List"
                          "*\",\"s3:Describe*\",\"s3:Get*\",\"s3:List*\",\"sns:Describe*\",\"sns:"
                          "Get*\",\"sns:List*\",\"sqs:Describe*\",\"sqs:Get*\",\"sqs:List*\",\"ss"
                          "m:Describe*\",\"ssm:Get*\",\"ssm:List*\"]"))),
    POLICY("AdministratorAccess",
           "/",
           "ANPAIWMBCKSKIEE64ZLYK",
           "Provides full access to AWS services and resources.",
           DOCUMENT(ALLOW("\"*\""))),
    POLICY("AdministratorAccess-Amplify",
           "/",
           "ANPAIVRUNURY3P6B4AYTW",
           "Grants account administrative permissions while explicitly allowing di"
           "rect access to resources needed by Amplify applications.",
           DOCUMENT(ALLOW("[\"amplify:*\",\"amplifybackend:*\",\"apigateway:*\",\"appsync:*\",\"c"
                          "loudformation:*\",\"cloudfront:*\",\"cognito-identity:*\",\"cognito-id"
                          "p:*\",\"dynamodb:*\",\"lambda:*\",\"logs:*\",\"s3:*\"]"))),
    POLICY("AmazonAPIGatewayPushToCloudWatchLogs",
           "/service-role/",
           "ANPAI7ZCNPRFM7SJUMHXE",
           "Allows API Gateway to push logs to user's account.",
           DOCUMENT(ALLOW("[\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents"
                          "\",\"logs:DescribeLogGroups\",\"logs:DescribeLogStreams\",\"logs:Filte"
                          "rLogEvents\",\"logs:GetLogEvents\"]"))),
    POLICY("AmazonDynamoDBFullAccess",
           "/",
           "ANPAI3OSUTJMCO2ERJGTP",
           "Provides full access to Amazon DynamoDB via the AWS Management Console"
           ".",
           DOCUMENT(ALLOW("[\"dynamodb:*\",\"dax:*\",\"application-autoscaling:*\",\"cloudwatch:*"
                          "Alarm*\",\"cloudwatch:GetMetricData\",\"kms:DescribeKey\",\"kms:ListAl"
                          "iases\"]"))),
    POLICY(
        "AmazonDynamoDBReadOnlyAccess",
        "/",
        "ANPAIYP4AS6IG6A3L4BH5",
        "Provides read only access to Amazon DynamoDB via the AWS Management Co"
        "nsole.",
        DOCUMENT(ALLOW("[\"dynamodb:Describe*\",\"dynamodb:Get*\",\"dynamodb:List*\",\"dynamod"
                       "b:BatchGetItem\",\"dynamodb:PartiQLSelect\",\"dynamodb:Query\",\"dynam"
                       "odb:Scan\",\"application-autoscaling:Describe*\",\"cloudwatch:Get*\"]"))),
    POLICY("AmazonEBSCSIDriverPolicy",
           "/service-role/",
           "ANPAIJG3XBOL7A6DRBA74",
           "IAM Policy that allows the CSI driver service account to make calls to"
           " related services such as EC2 on your behalf.",
           DOCUMENT(ALLOW("[\"ec2:AttachVolume\",\"ec2:CreateSnapshot\",\"ec2:CreateTags\",\"ec2:"
                          "CreateVolume\",\"ec2:DeleteSnapshot\",\"ec2:DeleteTags\",\"ec2:DeleteV"
                          "olume\",\"ec2:Describe*\",\"ec2:DetachVolume\",\"ec2:ModifyVolume\"]"))),
    POLICY("AmazonEC2ContainerRegistryFullAccess",
           "/",
           "ANPAI5ZO5M5W7KB7473T3",
           "Provides administrative access to Amazon ECR resources",
           DOCUMENT(ALLOW("[\"ecr:*\",\"cloudtrail:LookupEvents\",\"iam:CreateServiceLinkedRole\""
                          "]"))),
    POLICY("AmazonEC2ContainerRegistryPowerUser",
           "/",
           "ANPAIXS4S2QMAJL46LJOS",
           "Provides full access to Amazon EC2 Container Registry repositories, bu"
           "t does not allow repository deletion or policy changes.",
           DOCUMENT(ALLOW("[\"ecr:BatchCheckLayerAvailability\",\"ecr:BatchGetImage\",\"ecr:GetAu"
                          "thorizationToken\",\"ecr:GetDownloadUrlForLayer\",\"ecr:CompleteLayerU"
                          "pload\",\"ecr:Describe*\",\"ecr:GetRepositoryPolicy\",\"ecr:InitiateLa"
                          "yerUpload\",\"ecr:List*\",\"ecr:PutImage\",\"ecr:UploadLayerPart\"]"))),
    POLICY("AmazonEC2ContainerRegistryReadOnly",
           "/",
           "ANPAIQNZMUDUIZZVIZVUI",
           "Provides read-only access to Amazon EC2 Container Registry repositorie"
           "s.",
           DOCUMENT(ALLOW("[\"ecr:BatchCheckLayerAvailability\",\"ecr:BatchGetImage\",\"ecr:GetAu"
                          "thorizationToken\",\"ecr:GetDownloadUrlForLayer\",\"ecr:Describe*\",\""
                          "ecr:GetLifecyclePolicy*\",\"ecr:GetRepositoryPolicy\",\"ecr:List*\"]"))),
    POLICY("AmazonEC2ContainerServiceforEC2Role",
           "/service-role/",
           "ANPAILRY7UIG3ONFETXWT",
           "Default policy for the Amazon EC2 Role for Amazon EC2 Container Servic"
           "e.",
           DOCUMENT(ALLOW("[\"ecr:BatchCheckLayerAvailability\",\"ecr:BatchGetImage\",\"ecr:GetAu"
                          "thorizationToken\",\"ecr:GetDownloadUrlForLayer\",\"ec2:DescribeTags\""
                          ",\"ecs:CreateCluster\",\"ecs:DeregisterContainerInstance\",\"ecs:Disco"
                          "verPollEndpoint\",\"ecs:Poll\",\"ecs:RegisterContainerInstance\",\"ecs"
                          ":StartTelemetrySession\",\"ecs:Submit*\",\"ecs:UpdateContainerInstance"
                          "sState\",\"logs:CreateLogStream\",\"logs:PutLogEvents\"]"))),
    POLICY("AmazonEC2FullAccess",
           "/",
           "ANPAIMKU2UOWFXHPS7LSS",
           "Provides full access to Amazon EC2 via the AWS Management Console.",
           DOCUMENT(ALLOW("[\"ec2:*\",\"elasticloadbalancing:*\",\"cloudwatch:*\",\"autoscaling:*"
                          "\",\"iam:CreateServiceLinkedRole\"]"))),
    POLICY("AmazonEC2ReadOnlyAccess",
           "/",
           "ANPAIFE77ARFCAGRQL45T",
           "Provides read only access to Amazon EC2 via the AWS Management Console"
           ".",
           DOCUMENT(ALLOW("[\"ec2:Describe*\",\"ec2:Get*\",\"ec2:List*\",\"elasticloadbalancing:D"
                          "escribe*\",\"cloudwatch:Describe*\",\"cloudwatch:Get*\",\"cloudwatch:L"
                          "ist*\",\"autoscaling:Describe*\"]"))),
    POLICY("AmazonECSTaskExecutionRolePolicy",
           "/service-role/",
           "ANPAILJ3WWTOFLI53BHNT",
           "Provides access to other AWS service resources that are required to ru"
           "n Amazon ECS tasks",
           DOCUMENT(ALLOW("[\"ecr:BatchCheckLayerAvailability\",\"ecr:BatchGetImage\",\"ecr:GetAu"
                          "thorizationToken\",\"ecr:GetDownloadUrlForLayer\",\"logs:CreateLogStre"
                          "am\",\"logs:PutLogEvents\"]"))),
    POLICY("AmazonECS_FullAccess",
           "/",
           "ANPAI4XI7XNICCHKADCTH",
           "Provides full access to Amazon ECS via the AWS Management Console.",
           DOCUMENT(ALLOW("[\"ecs:*\",\"autoscaling:*\",\"cloudwatch:*Alarm*\",\"ec2:Describe*\","
                          "\"elasticloadbalancing:*\",\"iam:ListRoles\",\"logs:*\",\"iam:PassRole"
                          "\"]"))),
    POLICY("AmazonECS_ReadOnlyAccess",
           "/",
           "ANPAIIUYASJQMC7HCLJZH",
           "Provides read only access to Amazon ECS via the AWS Management Console"
           ".",
           DOCUMENT(ALLOW("[\"ecs:Describe*\",\"ecs:Get*\",\"ecs:List*\"]"))),
    POLICY(
        "AmazonEKSClusterPolicy",
        "/",
        "ANPAIYBSFPKJH7QTTHZO2",
        "This policy provides Kubernetes the permissions it requires to manage "
        "resources on your behalf.",
        DOCUMENT(ALLOW("[\"autoscaling:Describe*\",\"autoscaling:UpdateAutoScalingGroup\",\"ec"
                       "2:AttachVolume\",\"ec2:AuthorizeSecurityGroupIngress\",\"ec2:CreateRou"
                       "te\",\"ec2:CreateSecurityGroup\",\"ec2:CreateTags\",\"ec2:CreateVolume"
                       "\",\"ec2:DeleteRoute\",\"ec2:DeleteSecurityGroup\",\"ec2:DeleteVolume"
                       "\",\"ec2:Describe*\",\"ec2:DetachVolume\",\"ec2:ModifyInstanceAttribut"
                       "e\",\"ec2:ModifyVolume\",\"ec2:RevokeSecurityGroupIngress\",\"elasticl"
                       "oadbalancing:*\",\"iam:CreateServiceLinkedRole\",\"kms:DescribeKey\"]"))),
    POLICY("AmazonEKSFargatePodExecutionRolePolicy",
           "/",
           "ANPAIC3CX6NS4JVQBFRIS",
           "Provides access to other AWS service resources that are required to ru"
           "n Amazon EKS pods on AWS Fargate",
           DOCUMENT(ALLOW("[\"ecr:BatchCheckLayerAvailability\",\"ecr:BatchGetImage\",\"ecr:GetAu"
                          "thorizationToken\",\"ecr:GetDownloadUrlForLayer\"]"))),
    POLICY("AmazonEKSServicePolicy",
           "/",
           "ANPAI23JG2FW5NODBLOGH",
           "This policy allows Amazon Elastic Container Service for Kubernetes to "
           "create and manage the necessary resources to operate EKS Clusters.",
           DOCUMENT(ALLOW("[\"ec2:CreateNetworkInterface\",\"ec2:CreateNetworkInterfacePermission"
                          "\",\"ec2:DeleteNetworkInterface\",\"ec2:Describe*\",\"ec2:ModifyNetwor"
                          "kInterfaceAttribute\",\"eks:UpdateClusterVersion\",\"iam:ListAttachedR"
                          "olePolicies\",\"logs:*\",\"route53:AssociateVPCWithHostedZone\"]"))),
    POLICY("AmazonEKSVPCResourceController",
           "/",
           "ANPAIRR3O4KPUBAWKUF5U",
           "Policy used by VPC Resource Controller to manage ENI and IPs for worke"
           "r nodes.",
           DOCUMENT(ALLOW("[\"ec2:AssignPrivateIpAddresses\",\"ec2:CreateNetworkInterface\",\"ec2"
                          ":DeleteNetworkInterface\",\"ec2:DescribeNetworkInterfaces\",\"ec2:Desc"
                          "ribeSubnets\",\"ec2:UnassignPrivateIpAddresses\",\"ec2:AttachNetworkIn"
                          "terface\",\"ec2:CreateNetworkInterfacePermission\",\"ec2:DescribeInsta"
                          "nces\",\"ec2:DetachNetworkInterface\",\"ec2:ModifyNetworkInterfaceAttr"
                          "ibute\"]"))),
    POLICY("AmazonEKSWorkerNodePolicy",
           "/",
           "ANPAIUTMBDBA3DGCMMZF7",
           "This policy allows Amazon EKS worker nodes to connect to Amazon EKS Cl"
           "usters.",
           DOCUMENT(ALLOW("[\"ec2:DescribeInstances\",\"ec2:DescribeInstanceTypes\",\"ec2:Describ"
                          "eRouteTables\",\"ec2:DescribeSecurityGroups\",\"ec2:DescribeSubnets\","
                          "\"ec2:DescribeVolumes\",\"ec2:DescribeVolumesModifications\",\"ec2:Des"
                          "cribeVpcs\",\"eks:DescribeCluster\",\"eks-auth:AssumeRoleForPodIdentit"
                          "y\"]"))),
    POLICY("AmazonEKS_CNI_Policy",
           "/",
           "ANPAIADLUDSQPMVCHZJD7",
           "This policy provides the Amazon VPC CNI Plugin (amazon-vpc-cni-k8s) th"
           "e permissions it requires to modify the IP address configuration on yo"
           "ur EKS worker nodes.",
           DOCUMENT(ALLOW("[\"ec2:AssignPrivateIpAddresses\",\"ec2:CreateNetworkInterface\",\"ec2"
                          ":DeleteNetworkInterface\",\"ec2:DescribeNetworkInterfaces\",\"ec2:Desc"
                          "ribeSubnets\",\"ec2:UnassignPrivateIpAddresses\",\"ec2:AttachNetworkIn"
                          "terface\",\"ec2:CreateTags\",\"ec2:DescribeInstances\",\"ec2:DescribeI"
                          "nstanceTypes\",\"ec2:DescribeTags\",\"ec2:DetachNetworkInterface\",\"e"
                          "c2:ModifyNetworkInterfaceAttribute\"]"))),
    POLICY(
        "AmazonElastiCacheFullAccess",
        "/",
        "ANPAIRHPTX4ZFHVGUBJTG",
        "Provides full access to Amazon ElastiCache via the AWS Management Cons"
        "ole.",
        DOCUMENT(ALLOW("[\"elasticache:*\",\"ec2:Describe*\",\"iam:CreateServiceLinkedRole\"]"))),
    POLICY("AmazonElastiCacheReadOnlyAccess",
           "/",
           "ANPAIZNSZORNOBTAEMDAK",
           "Provides read only access to Amazon ElastiCache via the AWS Management"
           " Console.",
           DOCUMENT(ALLOW("[\"elasticache:Describe*\",\"elasticache:List*\"]"))),
    POLICY("AmazonEventBridgeFullAccess",
           "/",
           "ANPAIGJ6KFZIPY3VFSUHL",
           "Provides full access to Amazon EventBridge via the AWS Management Cons"
           "ole.",
           DOCUMENT(ALLOW("[\"events:*\",\"schemas:*\",\"scheduler:*\",\"pipes:*\"]"))),
    POLICY("AmazonEventBridgeReadOnlyAccess",
           "/",
           "ANPAIOCWOVQZU3FFAPU2G",
           "Provides read only access to Amazon EventBridge via the AWS Management"
           " Console.",
           DOCUMENT(ALLOW("[\"events:Describe*\",\"events:Get*\",\"events:List*\",\"schemas:Descr"
                          "ibe*\",\"schemas:List*\",\"scheduler:Get*\",\"scheduler:List*\"]"))),
    POLICY("AmazonKinesisFullAccess",
           "/",
           "ANPAIDCHB6ZXS5A5FQ5VX",
           "Provides full access to all streams via the AWS Management Console.",
           DOCUMENT(ALLOW("\"kinesis:*\""))),
    POLICY("AmazonKinesisReadOnlyAccess",
           "/",
           "ANPAIDO5UZGPAC5RKJDQS",
           "Provides read only access to all streams via the AWS Management Consol"
           "e.",
           DOCUMENT(ALLOW("[\"kinesis:Describe*\",\"kinesis:Get*\",\"kinesis:List*\"]"))),
    POLICY("AmazonRDSEnhancedMonitoringRole",
           "/service-role/",
           "ANPAI4URGE7P7TN6HAZEJ",
           "Provides access to Cloudwatch for RDS Enhanced Monitoring",
           DOCUMENT(ALLOW("[\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents"
                          "\",\"logs:DescribeLogStreams\",\"logs:GetLogEvents\",\"logs:PutRetenti"
                          "onPolicy\"]"))),
    POLICY("AmazonRDSFullAccess",
           "/",
           "ANPAIBRIOT3CLBOQDRQWN",
           "Provides full access to Amazon RDS via the AWS Management Console.",
           DOCUMENT(ALLOW("[\"rds:*\",\"cloudwatch:Get*\",\"ec2:Describe*\",\"kms:ListAliases\","
                          "\"logs:Describe*\",\"logs:GetLogEvents\",\"sns:List*\"]"))),
    POLICY("AmazonRDSReadOnlyAccess",
           "/",
           "ANPAIKCHUJDEQ64XNSQUX",
           "Provides read only access to Amazon RDS via the AWS Management Console"
           ".",
           DOCUMENT(ALLOW("[\"rds:Describe*\",\"rds:List*\",\"cloudwatch:Get*\",\"ec2:Describe*\""
                          "]"))),
    POLICY("AmazonRoute53FullAccess",
           "/",
           "ANPAIDBS3R2IXAYXWXCBS",
           "Provides full access to all Amazon Route 53 via the AWS Management Con"
           "sole.",
           DOCUMENT(ALLOW("[\"route53:*\",\"route53domains:*\",\"cloudfront:ListDistributions\","
                          "\"s3:ListBucket\",\"sns:List*\"]"))),
    POLICY("AmazonRoute53ReadOnlyAccess",
           "/",
           "ANPAIAEOAHIXD3SED5G42",
           "Provides read only access to all Amazon Route 53 via the AWS Managemen"
           "t Console.",
           DOCUMENT(ALLOW("[\"route53:Get*\",\"route53:List*\",\"route53:TestDNSAnswer\"]"))),
    POLICY("AmazonS3FullAccess",
           "/",
           "ANPAIHRAESTOB3UV4K6GV",
           "Provides full access to all buckets via the AWS Management Console.",
           DOCUMENT(ALLOW("[\"s3:*\",\"s3-object-lambda:*\"]"))),
    POLICY("AmazonS3ReadOnlyAccess",
           "/",
           "ANPAIGBAX4M3WM6HIOXEX",
           "Provides read only access to all buckets via the AWS Management Consol"
           "e.",
           DOCUMENT(ALLOW("[\"s3:Describe*\",\"s3:Get*\",\"s3:List*\",\"s3-object-lambda:Get*\","
                          "\"s3-object-lambda:List*\"]"))),
    POLICY("AmazonSNSFullAccess",
           "/",
           "ANPAIBYHXMVGOJ4YI6OLU",
           "Provides full access to Amazon SNS via the AWS Management Console.",
           DOCUMENT(ALLOW("\"sns:*\""))),
    POLICY("AmazonSNSReadOnlyAccess",
           "/",
           "ANPAI4FFBCHNTNBJ4HN2F",
           "Provides read only access to Amazon SNS via the AWS Management Console"
           ".",
           DOCUMENT(ALLOW("[\"sns:Get*\",\"sns:List*\",\"sns:CheckIfPhoneNumberIsOptedOut\"]"))),
    POLICY("AmazonSQSFullAccess",
           "/",
           "ANPAI4BA2VC3WYACMGRQ4",
           "Provides full access to Amazon SQS via the AWS Management Console.",
           DOCUMENT(ALLOW("\"sqs:*\""))),
    POLICY("AmazonSQSReadOnlyAccess",
           "/",
           "ANPAIOFQNHFMYL3W5SDUJ",
           "Provides read only access to Amazon SQS via the AWS Management Console"
           ".",
           DOCUMENT(ALLOW("[\"sqs:GetQueueAttributes\",\"sqs:GetQueueUrl\",\"sqs:List*\"]"))),
    POLICY("AmazonSSMFullAccess",
           "/",
           "ANPAIZQSTUTTT7DVGSFZE",
           "Provides full access to Amazon SSM via the AWS Management Console.",
           DOCUMENT(ALLOW("[\"ssm:*\",\"ec2messages:*\",\"ssmmessages:*\",\"cloudwatch:PutMetricD"
                          "ata\",\"ec2:DescribeInstanceStatus\",\"logs:*\"]"))),
    POLICY("AmazonSSMManagedInstanceCore",
           "/",
           "ANPAIFYM6VNSN7ZOEIXG7",
           "The policy for Amazon EC2 Role to enable AWS Systems Manager service c"
           "ore functionality.",
           DOCUMENT(ALLOW("[\"ec2messages:*\",\"ssm:DescribeAssociation\",\"ssm:DescribeDocument"
                          "\",\"ssm:GetDeployablePatchSnapshotForInstance\",\"ssm:GetDocument\","
                          "\"ssm:GetManifest\",\"ssm:GetParameter\",\"ssm:GetParameters\",\"ssm:L"
                          "istAssociations\",\"ssm:ListInstanceAssociations\",\"ssm:PutCompliance"
                          "Items\",\"ssm:PutConfigurePackageResult\",\"ssm:PutInventory\",\"ssm:U"
                          "pdateAssociationStatus\",\"ssm:UpdateInstanceAssociationStatus\",\"ssm"
                          ":UpdateInstanceInformation\",\"ssmmessages:*\"]"))),
    POLICY("AmazonSSMReadOnlyAccess",
           "/",
           "ANPAIJS255NE5XETWSMFU",
           "Provides read only access to Amazon SSM via the AWS Management Console"
           ".",
           DOCUMENT(ALLOW("[\"ssm:Describe*\",\"ssm:Get*\",\"ssm:List*\"]"))),
    POLICY("AmazonVPCFullAccess",
           "/",
           "ANPAIFPAHKYJKWNA2RL5V",
           "Provides full access to Amazon VPC via the AWS Management Console.",
           DOCUMENT(ALLOW("[\"ec2:*\",\"logs:Describe*\"]"))),
    POLICY("AmazonVPCReadOnlyAccess",
           "/",
           "ANPAI4VV5FQBCLEMHQHB5",
           "Provides read only access to Amazon VPC via the AWS Management Console"
           ".",
           DOCUMENT(ALLOW("[\"ec2:Describe*\",\"ec2:Get*\",\"ec2:List*\"]"))),
    POLICY("Billing",
           "/job-function/",
           "ANPAI2I3K2UP5CTHJWQBS",
           "Grants permissions for billing and cost management. This includes view"
           "ing account usage and viewing and modifying budgets and payment method"
           "s.",
           DOCUMENT(ALLOW("[\"account:GetAccountInformation\",\"aws-portal:*Billing\",\"aws-porta"
                          "l:*PaymentMethods\",\"aws-portal:*Usage\",\"billing:*\",\"budgets:*\","
                          "\"ce:*\",\"consolidatedbilling:*\",\"cur:*\",\"freetier:*\",\"invoicin"
                          "g:*\",\"payments:*\",\"pricing:*\",\"purchase-orders:*\",\"sustainabil"
                          "ity:GetCarbonFootprintSummary\",\"tax:*\"]"))),
    POLICY("CloudWatchAgentServerPolicy",
           "/",
           "ANPAILH7YND7WCHOGG5V7",
           "Permissions required to use AmazonCloudWatchAgent on servers",
           DOCUMENT(ALLOW("[\"cloudwatch:PutMetricData\",\"ec2:DescribeTags\",\"ec2:DescribeVolum"
                          "es\",\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:DescribeL"
                          "ogGroups\",\"logs:DescribeLogStreams\",\"logs:PutLogEvents\",\"logs:Pu"
                          "tRetentionPolicy\",\"xray:Put*\"]"))),
    POLICY("CloudWatchFullAccess",
           "/",
           "ANPAIK7ZIBIIGM7LPNQAM",
           "Provides full access to CloudWatch via the AWS Management Console.",
           DOCUMENT(ALLOW("[\"cloudwatch:*\",\"autoscaling:Describe*\",\"logs:*\",\"sns:*\",\"iam"
                          ":Get*\",\"events:DescribeRule\"]"))),
    POLICY("CloudWatchLogsFullAccess",
           "/",
           "ANPAIOMT7O4WKBQ4EWIND",
           "Provides full access to CloudWatch Logs via the AWS Management Console"
           ".",
           DOCUMENT(ALLOW("[\"logs:*\",\"cloudwatch:GenerateQuery\"]"))),
    POLICY(
        "CloudWatchLogsReadOnlyAccess",
        "/",
        "ANPAIRVLF5CR675DKMGI2",
        "Provides read only access to CloudWatch Logs via the AWS Management Co"
        "nsole.",
        DOCUMENT(ALLOW("[\"logs:Describe*\",\"logs:Get*\",\"logs:List*\",\"logs:FilterLogEvent"
                       "s\",\"logs:StartQuery\",\"logs:StopQuery\",\"logs:TestMetricFilter\"]"))),
    POLICY("CloudWatchReadOnlyAccess",
           "/",
           "ANPAIQFJFFYN3RTAIDAYD",
           "Provides read only access to CloudWatch via the AWS Management Console"
           ".",
           DOCUMENT(ALLOW("[\"cloudwatch:Describe*\",\"cloudwatch:Get*\",\"cloudwatch:List*\",\"a"
                          "utoscaling:Describe*\",\"logs:Get*\",\"logs:List*\",\"logs:Describe*\""
                          ",\"logs:FilterLogEvents\",\"sns:Get*\",\"sns:List*\"]"))),
    POLICY("DatabaseAdministrator",
           "/job-function/",
           "ANPAIAAM6FCHCGFIFNPMV",
           "Grants full access permissions to AWS services and actions required to"
           " set up and configure AWS database services.",
           DOCUMENT(ALLOW("[\"cloudwatch:*Alarm*\",\"cloudwatch:Get*\",\"cloudwatch:List*\",\"dyn"
                          "amodb:*\",\"ec2:Describe*\",\"elasticache:*\",\"iam:ListRoles\",\"iam:"
                          "GetRole\",\"kms:ListKeys\",\"logs:*\",\"rds:*\",\"redshift:*\",\"s3:Li"
                          "st*\",\"sns:List*\"]"))),
    POLICY("IAMFullAccess",
           "/",
           "ANPAI3TZ3DLWNZDHCZMM2",
           "Provides full access to IAM via the AWS Management Console.",
           DOCUMENT(ALLOW("[\"iam:*\",\"organizations:DescribeAccount\",\"organizations:DescribeO"
                          "rganization\",\"organizations:DescribeOrganizationalUnit\",\"organizat"
                          "ions:DescribePolicy\",\"organizations:ListChildren\",\"organizations:L"
                          "istParents\",\"organizations:ListPoliciesForTarget\",\"organizations:L"
                          "istRoots\",\"organizations:ListPolicies\",\"organizations:ListTargetsF"
                          "orPolicy\"]"))),
    POLICY("IAMReadOnlyAccess",
           "/",
           "ANPAI55TE5VKFVFTCA6ZI",
           "Provides read only access to IAM via the AWS Management Console.",
           DOCUMENT(ALLOW("[\"iam:GenerateCredentialReport\",\"iam:GenerateServiceLastAccessedDet"
                          "ails\",\"iam:Get*\",\"iam:List*\",\"iam:SimulateCustomPolicy\",\"iam:S"
                          "imulatePrincipalPolicy\"]"))),
    POLICY("IAMUserChangePassword",
           "/",
           "ANPAI63LGNBVB2PZU4DPJ",
           "Provides the ability for an IAM user to change their own password.",
           DOCUMENT("{\"Effect\":\"Allow\",\"Action\":\"iam:ChangePassword\",\"Resource\":["
                    "\"arn:aws:iam::*:user/${aws:username}\"]},{\"Effect\":\"Allow\",\"Acti"
                    "on\":\"iam:GetAccountPasswordPolicy\",\"Resource\":\"*\"}")),
    POLICY("IAMUserSSHKeys",
           "/",
           "ANPAIH3BPX72IZZDDQMO4",
           "Provides the ability for an IAM user to manage their own SSH keys.",
           DOCUMENT("{\"Effect\":\"Allow\",\"Action\":[\"iam:DeleteSSHPublicKey\",\"iam:Get"
                    "SSHPublicKey\",\"iam:ListSSHPublicKeys\",\"iam:UpdateSSHPublicKey\",\""
                    "iam:UploadSSHPublicKey\"],\"Resource\":\"arn:aws:iam::*:user/${aws:use"
                    "rname}\"}")),
    POLICY("NetworkAdministrator",
           "/job-function/",
           "ANPAIYLJMI26UIGH2GYR2",
           "Grants full access permissions to AWS services and actions required to"
           " set up and configure AWS network resources.",
           DOCUMENT(ALLOW("[\"autoscaling:Describe*\",\"cloudfront:ListDistributions\",\"cloudwat"
                          "ch:*Alarm*\",\"cloudwatch:Get*\",\"directconnect:*\",\"ec2:*\",\"elast"
                          "icloadbalancing:*\",\"logs:Describe*\",\"logs:GetLogEvents\",\"network"
                          "manager:*\",\"ram:*\",\"route53:*\",\"route53domains:*\",\"sns:List*\""
                          "]"))),
    POLICY("PowerUserAccess",
           "/",
           "ANPAIZNP53ADJXH7OKZS6",
           "Provides full access to AWS services and resources, but does not allow"
           " management of Users and groups.",
           DOCUMENT("{\"Effect\":\"Allow\",\"NotAction\":[\"iam:*\",\"organizations:*\",\"a"
                    "ccount:*\"],\"Resource\":\"*\"},{\"Effect\":\"Allow\",\"Action\":[\"ac"
                    "count:GetAccountInformation\",\"account:GetPrimaryEmail\",\"account:Li"
                    "stRegions\",\"iam:CreateServiceLinkedRole\",\"iam:DeleteServiceLinkedR"
                    "ole\",\"iam:ListRoles\",\"organizations:DescribeOrganization\"],\"Reso"
                    "urce\":\"*\"}")),
    POLICY("ReadOnlyAccess",
           "/",
           "ANPAIABUSUK5VKKXYBNMF",
           "Provides read-only access to AWS services and resources.",
           DOCUMENT(ALLOW("[\"access-analyzer:Describe*\",\"access-analyzer:Get*\",\"access-analy"
                          "zer:List*\",\"account:Describe*\",\"account:Get*\",\"account:List*\","
                          "\"acm:Describe*\",\"acm:Get*\",\"acm:List*\",\"apigateway:Describe*\","
                          "\"apigateway:Get*\",\"apigateway:List*\",\"application-autoscaling:Des"
                          "cribe*\",\"application-autoscaling:Get*\",\"application-autoscaling:Li"
                          "st*\",\"athena:Describe*\",\"athena:Get*\",\"athena:List*\",\"autoscal"
                          "ing:Describe*\",\"autoscaling:Get*\",\"autoscaling:List*\",\"backup:De"
                          "scribe*\",\"backup:Get*\",\"backup:List*\",\"batch:Describe*\",\"batch"
                          ":Get*\",\"batch:List*\",\"cloudformation:Describe*\",\"cloudformation:"
                          "Get*\",\"cloudformation:List*\",\"cloudfront:Describe*\",\"cloudfront:"
                          "Get*\",\"cloudfront:List*\",\"cloudtrail:Describe*\",\"cloudtrail:Get*"
                          "\",\"cloudtrail:List*\",\"cloudwatch:Describe*\",\"cloudwatch:Get*\","
                          "\"cloudwatch:List*\",\"codebuild:Describe*\",\"codebuild:Get*\",\"code"
                          "build:List*\",\"codecommit:Describe*\",\"codecommit:Get*\",\"codecommi"
                          "t:List*\",\"codedeploy:Describe*\",\"codedeploy:Get*\",\"codedeploy:Li"
                          "st*\",\"codepipeline:Describe*\",\"codepipeline:Get*\",\"codepipeline:"
                          "List*\",\"cognito-identity:Describe*\",\"cognito-identity:Get*\",\"cog"
                          "nito-identity:List*\",\"cognito-idp:Describe*\",\"cognito-idp:Get*\","
                          "\"cognito-idp:List*\",\"config:Describe*\",\"config:Get*\",\"config:Li"
                          "st*\",\"dax:Describe*\",\"dax:Get*\",\"dax:List*\",\"directconnect:Des"
                          "cribe*\",\"directconnect:Get*\",\"directconnect:List*\",\"dynamodb:Des"
                          "cribe*\",\"dynamodb:Get*\",\"dynamodb:List*\",\"ec2:Describe*\",\"ec2:"
                          "Get*\",\"ec2:List*\",\"ecr:Describe*\",\"ecr:Get*\",\"ecr:List*\",\"ec"
                          "s:Describe*\",\"ecs:Get*\",\"ecs:List*\",\"eks:Describe*\",\"eks:Get*"
                          "\",\"eks:List*\",\"elasticache:Describe*\",\"elasticache:Get*\",\"elas"
                          "ticache:List*\",\"elasticbeanstalk:Describe*\",\"elasticbeanstalk:Get*"
                          "\",\"elasticbeanstalk:List*\",\"elasticfilesystem:Describe*\",\"elasti"
                          "cfilesystem:Get*\",\"elasticfilesystem:List*\",\"elasticloadbalancing:"
                          "Describe*\",\"elasticloadbalancing:Get*\",\"elasticloadbalancing:List*"
                          "\",\"elasticmapreduce:Describe*\",\"elasticmapreduce:Get*\",\"elasticm"
                          "apreduce:List*\",\"es:Describe*\",\"es:Get*\",\"es:List*\",\"events:De"
                          "scribe*\",\"events:Get*\",\"events:List*\",\"firehose:Describe*\",\"fi"
                          "rehose:Get*\",\"firehose:List*\",\"fsx:Describe*\",\"fsx:Get*\",\"fsx:"
                          "List*\",\"glacier:Describe*\",\"glacier:Get*\",\"glacier:List*\",\"glu"
                          "e:Describe*\",\"glue:Get*\",\"glue:List*\",\"guardduty:Describe*\",\"g"
                          "uardduty:Get*\",\"guardduty:List*\",\"health:Describe*\",\"health:Get*"
                          "\",\"health:List*\",\"iam:Describe*\",\"iam:Get*\",\"iam:List*\",\"ins"
                          "pector2:Describe*\",\"inspector2:Get*\",\"inspector2:List*\",\"kinesis"
                          ":Describe*\",\"kinesis:Get*\",\"kinesis:List*\",\"kms:Get*\",\"kms:Lis"
                          "t*\",\"lambda:Describe*\",\"lambda:Get*\",\"lambda:List*\",\"logs:Desc"
                          "ribe*\",\"logs:Get*\",\"logs:List*\",\"mq:Describe*\",\"mq:Get*\",\"mq"
                          ":List*\",\"organizations:Describe*\",\"organizations:Get*\",\"organiza"
                          "tions:List*\",\"rds:Describe*\",\"rds:Get*\",\"rds:List*\",\"redshift:"
                          "Describe*\",\"redshift:Get*\",\"redshift:List*\",\"resource-groups:Des"
                          "cribe*\",\"resource-groups:Get*\",\"resource-groups:List*\",\"route53:"
                          "Describe*\",\"route53:Get*\",\"route53:List*\",\"route53domains:Descri"
                          "be*\",\"route53domains:Get*\",\"route53domains:List*\",\"s3:Describe*"
                          "\",\"s3:Get*\",\"s3:List*\",\"sagemaker:Describe*\",\"sagemaker:Get*\""
                          ",\"sagemaker:List*\",\"scheduler:Describe*\",\"scheduler:Get*\",\"sche"
                          "duler:List*\",\"schemas:Describe*\",\"schemas:Get*\",\"schemas:List*\""
                          ",\"secretsmanager:Describe*\",\"secretsmanager:List*\",\"securityhub:D"
                          "escribe*\",\"securityhub:Get*\",\"securityhub:List*\",\"servicecatalog"
                          ":Describe*\",\"servicecatalog:Get*\",\"servicecatalog:List*\",\"servic"
                          "ediscovery:Describe*\",\"servicediscovery:Get*\",\"servicediscovery:Li"
                          "st*\",\"servicequotas:Describe*\",\"servicequotas:Get*\",\"servicequot"
                          "as:List*\",\"ses:Describe*\",\"ses:Get*\",\"ses:List*\",\"shield:Descr"
                          "ibe*\",\"shield:Get*\",\"shield:List*\",\"sns:Describe*\",\"sns:Get*\""
                          ",\"sns:List*\",\"sqs:Describe*\",\"sqs:Get*\",\"sqs:List*\",\"ssm:Desc"
                          "ribe*\",\"ssm:Get*\",\"ssm:List*\",\"sso:Describe*\",\"sso:Get*\",\"ss"
                          "o:List*\",\"states:Describe*\",\"states:Get*\",\"states:List*\",\"sts:"
                          "Describe*\",\"sts:List*\",\"support:Describe*\",\"support:Get*\",\"sup"
                          "port:List*\",\"tag:Describe*\",\"tag:Get*\",\"tag:List*\",\"transfer:D"
                          "escribe*\",\"transfer:Get*\",\"transfer:List*\",\"trustedadvisor:Descr"
                          "ibe*\",\"trustedadvisor:Get*\",\"trustedadvisor:List*\",\"waf:Describe"
                          "*\",\"waf:Get*\",\"waf:List*\",\"wafv2:Describe*\",\"wafv2:Get*\",\"wa"
                          "fv2:List*\",\"workspaces:Describe*\",\"workspaces:Get*\",\"workspaces:"
                          "List*\",\"xray:Describe*\",\"xray:Get*\",\"xray:List*\",\"dynamodb:Bat"
                          "chGetItem\",\"dynamodb:Query\",\"dynamodb:Scan\",\"cloudtrail:LookupEv"
                          "ents\",\"logs:FilterLogEvents\",\"logs:StartQuery\",\"logs:StopQuery\""
                          ",\"logs:TestMetricFilter\",\"ecr:BatchCheck*\",\"ecr:BatchGet*\",\"s3:"
                          "Head*\",\"states:ListExecutions\",\"iam:Generate*\",\"iam:Simulate*\","
                          "\"ec2:SearchTransitGatewayRoutes\",\"route53:Test*\",\"ssm:DescribePar"
                          "ameters\",\"secretsmanager:GetResourcePolicy\",\"secretsmanager:GetRan"
                          "domPassword\",\"sts:GetAccessKeyInfo\",\"sts:GetCallerIdentity\",\"sts"
                          ":GetSessionToken\",\"kms:DescribeKey\",\"kms:DescribeCustomKeyStores\""
                          "]"))),
    POLICY("SecretsManagerReadWrite",
           "/",
           "ANPAIUIM4SYTS5UAEBR6X",
           "Provides read/write access to AWS Secrets Manager via the AWS Manageme"
           "nt Console.",
           DOCUMENT(ALLOW("[\"secretsmanager:*\",\"kms:DescribeKey\",\"kms:ListAliases\",\"kms:Li"
                          "stKeys\",\"lambda:ListFunctions\",\"rds:Describe*\",\"tag:GetResources"
                          "\"]"))),
    POLICY("SecurityAudit",
           "/",
           "ANPAI2TTPRVS7W5EVZS53",
           "The security audit template grants access to read security configurati"
           "on metadata. It is useful for software that audits the configuration o"
           "f an AWS account.",
           DOCUMENT(ALLOW("[\"access-analyzer:Describe*\",\"access-analyzer:List*\",\"account:Des"
                          "cribe*\",\"account:List*\",\"acm:Describe*\",\"acm:List*\",\"apigatewa"
                          "y:Describe*\",\"apigateway:List*\",\"application-autoscaling:Describe*"
                          "\",\"application-autoscaling:List*\",\"athena:Describe*\",\"athena:Lis"
                          "t*\",\"autoscaling:Describe*\",\"autoscaling:List*\",\"backup:Describe"
                          "*\",\"backup:List*\",\"batch:Describe*\",\"batch:List*\",\"cloudformat"
                          "ion:Describe*\",\"cloudformation:List*\",\"cloudfront:Describe*\",\"cl"
                          "oudfront:List*\",\"cloudtrail:Describe*\",\"cloudtrail:List*\",\"cloud"
                          "watch:Describe*\",\"cloudwatch:List*\",\"codebuild:Describe*\",\"codeb"
                          "uild:List*\",\"codecommit:Describe*\",\"codecommit:List*\",\"codedeplo"
                          "y:Describe*\",\"codedeploy:List*\",\"codepipeline:Describe*\",\"codepi"
                          "peline:List*\",\"cognito-identity:Describe*\",\"cognito-identity:List*"
                          "\",\"cognito-idp:Describe*\",\"cognito-idp:List*\",\"config:Describe*"
                          "\",\"config:List*\",\"dax:Describe*\",\"dax:List*\",\"directconnect:De"
                          "scribe*\",\"directconnect:List*\",\"dynamodb:Describe*\",\"dynamodb:Li"
                          "st*\",\"ec2:Describe*\",\"ec2:List*\",\"ecr:Describe*\",\"ecr:List*\","
                          "\"ecs:Describe*\",\"ecs:List*\",\"eks:Describe*\",\"eks:List*\",\"elas"
                          "ticache:Describe*\",\"elasticache:List*\",\"elasticbeanstalk:Describe*"
                          "\",\"elasticbeanstalk:List*\",\"elasticfilesystem:Describe*\",\"elasti"
                          "cfilesystem:List*\",\"elasticloadbalancing:Describe*\",\"elasticloadba"
                          "lancing:List*\",\"elasticmapreduce:Describe*\",\"elasticmapreduce:List"
                          "*\",\"es:Describe*\",\"es:List*\",\"events:Describe*\",\"events:List*"
                          "\",\"firehose:Describe*\",\"firehose:List*\",\"fsx:Describe*\",\"fsx:L"
                          "ist*\",\"glacier:Describe*\",\"glacier:List*\",\"glue:Describe*\",\"gl"
                          "ue:List*\",\"guardduty:Describe*\",\"guardduty:List*\",\"health:Descri"
                          "be*\",\"health:List*\",\"iam:Describe*\",\"iam:List*\",\"inspector2:De"
                          "scribe*\",\"inspector2:List*\",\"kinesis:Describe*\",\"kinesis:List*\""
                          ",\"kms:Describe*\",\"kms:List*\",\"lambda:Describe*\",\"lambda:List*\""
                          ",\"logs:Describe*\",\"logs:List*\",\"mq:Describe*\",\"mq:List*\",\"org"
                          "anizations:Describe*\",\"organizations:List*\",\"rds:Describe*\",\"rds"
                          ":List*\",\"redshift:Describe*\",\"redshift:List*\",\"resource-groups:D"
                          "escribe*\",\"resource-groups:List*\",\"route53:Describe*\",\"route53:L"
                          "ist*\",\"route53domains:Describe*\",\"route53domains:List*\",\"s3:Desc"
                          "ribe*\",\"s3:List*\",\"sagemaker:Describe*\",\"sagemaker:List*\",\"sch"
                          "eduler:Describe*\",\"scheduler:List*\",\"schemas:Describe*\",\"schemas"
                          ":List*\",\"secretsmanager:Describe*\",\"secretsmanager:List*\",\"secur"
                          "ityhub:Describe*\",\"securityhub:List*\",\"servicecatalog:Describe*\","
                          "\"servicecatalog:List*\",\"servicediscovery:Describe*\",\"servicedisco"
                          "very:List*\",\"servicequotas:Describe*\",\"servicequotas:List*\",\"ses"
                          ":Describe*\",\"ses:List*\",\"shield:Describe*\",\"shield:List*\",\"sns"
                          ":Describe*\",\"sns:List*\",\"sqs:Describe*\",\"sqs:List*\",\"ssm:Descr"
                          "ibe*\",\"ssm:List*\",\"sso:Describe*\",\"sso:List*\",\"states:Describe"
                          "*\",\"states:List*\",\"sts:Describe*\",\"sts:List*\",\"support:Describ"
                          "e*\",\"support:List*\",\"tag:Describe*\",\"tag:List*\",\"transfer:Desc"
                          "ribe*\",\"transfer:List*\",\"trustedadvisor:Describe*\",\"trustedadvis"
                          "or:List*\",\"waf:Describe*\",\"waf:List*\",\"wafv2:Describe*\",\"wafv2"
                          ":List*\",\"workspaces:Describe*\",\"workspaces:List*\",\"xray:Describe"
                          "*\",\"xray:List*\",\"acm:Get*Policy*\",\"apigateway:Get*Policy*\",\"ec"
                          "r:Get*Policy*\",\"iam:Get*Policy*\",\"kms:Get*Policy*\",\"lambda:Get*P"
                          "olicy*\",\"secretsmanager:Get*Policy*\",\"sns:Get*Policy*\",\"sqs:Get*"
                          "Policy*\",\"s3:Get*Policy*\",\"s3:GetAccountPublicAccessBlock\",\"s3:G"
                          "etBucket*\",\"s3:GetEncryptionConfiguration\",\"s3:GetLifecycleConfigu"
                          "ration\",\"s3:GetReplicationConfiguration\",\"s3:GetObjectAcl\",\"s3:G"
                          "etObjectVersionAcl\",\"iam:GenerateCredentialReport\",\"iam:Get*\",\"i"
                          "am:SimulateCustomPolicy\",\"iam:SimulatePrincipalPolicy\",\"kms:GetKey"
                          "RotationStatus\",\"config:Get*\",\"cloudtrail:Get*\",\"cloudtrail:Look"
                          "upEvents\",\"access-analyzer:Get*\",\"guardduty:Get*\",\"ec2:GetEbsEnc"
                          "ryptionByDefault\",\"ec2:GetManagedPrefixListEntries\",\"sqs:GetQueueA"
                          "ttributes\",\"sns:GetTopicAttributes\",\"logs:GetLogDelivery\",\"cloud"
                          "watch:GetDashboard\",\"account:GetAlternateContact\"]"))),
    POLICY("SupportUser",
           "/job-function/",
           "ANPAIH4LTYOG7CQFO5KQQ",
           "This policy grants permissions to troubleshoot and resolve issues in a"
           "n AWS account.",
           DOCUMENT(ALLOW("[\"support:*\",\"autoscaling:Describe*\",\"autoscaling:List*\",\"cloud"
                          "formation:Describe*\",\"cloudformation:List*\",\"cloudtrail:Describe*"
                          "\",\"cloudtrail:List*\",\"cloudwatch:Describe*\",\"cloudwatch:List*\","
                          "\"dynamodb:Describe*\",\"dynamodb:List*\",\"ec2:Describe*\",\"ec2:List"
                          "*\",\"ecs:Describe*\",\"ecs:List*\",\"elasticloadbalancing:Describe*\""
                          ",\"elasticloadbalancing:List*\",\"lambda:Describe*\",\"lambda:List*\","
                          "\"logs:Describe*\",\"logs:List*\",\"rds:Describe*\",\"rds:List*\",\"ro"
                          "ute53:Describe*\",\"route53:List*\",\"s3:Describe*\",\"s3:List*\",\"sn"
                          "s:Describe*\",\"sns:List*\",\"sqs:Describe*\",\"sqs:List*\",\"ssm:Desc"
                          "ribe*\",\"ssm:List*\"]"))),
    POLICY("SystemAdministrator",
           "/job-function/",
           "ANPAIE2OMVMIJD6GAS5SS",
           "Grants full access permissions necessary for resources required for ap"
           "plication and development operations.",
           DOCUMENT(ALLOW("[\"autoscaling:*\",\"cloudformation:*\",\"cloudtrail:Describe*\",\"clo"
                          "udtrail:Get*\",\"cloudwatch:*\",\"config:*\",\"directconnect:*\",\"ec2"
                          ":*\",\"elasticloadbalancing:*\",\"events:*\",\"iam:Get*\",\"iam:List*"
                          "\",\"kms:Describe*\",\"kms:List*\",\"lambda:*\",\"logs:*\",\"rds:*\","
                          "\"route53:*\",\"s3:*\",\"sns:*\",\"sqs:*\",\"ssm:*\"]"))),
    POLICY("ViewOnlyAccess",
           "/job-function/",
           "ANPAIUJKPPFDX2CYB3TXN",
           "This policy grants permissions to view resources and basic metadata ac"
           "ross all AWS services.",
           DOCUMENT(ALLOW("[\"access-analyzer:Describe*\",\"access-analyzer:List*\",\"account:Des"
                          "cribe*\",\"account:List*\",\"acm:Describe*\",\"acm:List*\",\"apigatewa"
                          "y:Describe*\",\"apigateway:List*\",\"application-autoscaling:Describe*"
                          "\",\"application-autoscaling:List*\",\"athena:Describe*\",\"athena:Lis"
                          "t*\",\"autoscaling:Describe*\",\"autoscaling:List*\",\"backup:Describe"
                          "*\",\"backup:List*\",\"batch:Describe*\",\"batch:List*\",\"cloudformat"
                          "ion:Describe*\",\"cloudformation:List*\",\"cloudfront:Describe*\",\"cl"
                          "oudfront:List*\",\"cloudtrail:Describe*\",\"cloudtrail:List*\",\"cloud"
                          "watch:Describe*\",\"cloudwatch:List*\",\"codebuild:Describe*\",\"codeb"
                          "uild:List*\",\"codecommit:Describe*\",\"codecommit:List*\",\"codedeplo"
                          "y:Describe*\",\"codedeploy:List*\",\"codepipeline:Describe*\",\"codepi"
                          "peline:List*\",\"cognito-identity:Describe*\",\"cognito-identity:List*"
                          "\",\"cognito-idp:Describe*\",\"cognito-idp:List*\",\"config:Describe*"
                          "\",\"config:List*\",\"dax:Describe*\",\"dax:List*\",\"directconnect:De"
                          "scribe*\",\"directconnect:List*\",\"dynamodb:Describe*\",\"dynamodb:Li"
                          "st*\",\"ec2:Describe*\",\"ec2:List*\",\"ecr:Describe*\",\"ecr:List*\","
                          "\"ecs:Describe*\",\"ecs:List*\",\"eks:Describe*\",\"eks:List*\",\"elas"
                          "ticache:Describe*\",\"elasticache:List*\",\"elasticbeanstalk:Describe*"
                          "\",\"elasticbeanstalk:List*\",\"elasticfilesystem:Describe*\",\"elasti"
                          "cfilesystem:List*\",\"elasticloadbalancing:Describe*\",\"elasticloadba"
                          "lancing:List*\",\"elasticmapreduce:Describe*\",\"elasticmapreduce:List"
                          "*\",\"es:Describe*\",\"es:List*\",\"events:Describe*\",\"events:List*"
                          "\",\"firehose:Describe*\",\"firehose:List*\",\"fsx:Describe*\",\"fsx:L"
                          "ist*\",\"glacier:Describe*\",\"glacier:List*\",\"glue:Describe*\",\"gl"
                          "ue:List*\",\"guardduty:Describe*\",\"guardduty:List*\",\"health:Descri"
                          "be*\",\"health:List*\",\"iam:Describe*\",\"iam:List*\",\"inspector2:De"
                          "scribe*\",\"inspector2:List*\",\"kinesis:Describe*\",\"kinesis:List*\""
                          ",\"kms:Describe*\",\"kms:List*\",\"lambda:Describe*\",\"lambda:List*\""
                          ",\"logs:Describe*\",\"logs:List*\",\"mq:Describe*\",\"mq:List*\",\"org"
                          "anizations:Describe*\",\"organizations:List*\",\"rds:Describe*\",\"rds"
                          ":List*\",\"redshift:Describe*\",\"redshift:List*\",\"resource-groups:D"
                          "escribe*\",\"resource-groups:List*\",\"route53:Describe*\",\"route53:L"
                          "ist*\",\"route53domains:Describe*\",\"route53domains:List*\",\"s3:Desc"
                          "ribe*\",\"s3:List*\",\"sagemaker:Describe*\",\"sagemaker:List*\",\"sch"
                          "eduler:Describe*\",\"scheduler:List*\",\"schemas:Describe*\",\"schemas"
                          ":List*\",\"secretsmanager:Describe*\",\"secretsmanager:List*\",\"secur"
                          "ityhub:Describe*\",\"securityhub:List*\",\"servicecatalog:Describe*\","
                          "\"servicecatalog:List*\",\"servicediscovery:Describe*\",\"servicedisco"
                          "very:List*\",\"servicequotas:Describe*\",\"servicequotas:List*\",\"ses"
                          ":Describe*\",\"ses:List*\",\"shield:Describe*\",\"shield:List*\",\"sns"
                          ":Describe*\",\"sns:List*\",\"sqs:Describe*\",\"sqs:List*\",\"ssm:Descr"
                          "ibe*\",\"ssm:List*\",\"sso:Describe*\",\"sso:List*\",\"states:Describe"
                          "*\",\"states:List*\",\"sts:Describe*\",\"sts:List*\",\"support:Describ"
                          "e*\",\"support:List*\",\"tag:Describe*\",\"tag:List*\",\"transfer:Desc"
                          "ribe*\",\"transfer:List*\",\"trustedadvisor:Describe*\",\"trustedadvis"
                          "or:List*\",\"waf:Describe*\",\"waf:List*\",\"wafv2:Describe*\",\"wafv2"
                          ":List*\",\"workspaces:Describe*\",\"workspaces:List*\",\"xray:Describe"
                          "*\",\"xray:List*\",\"s3:GetBucketLocation\",\"s3:ListAllMyBuckets\",\""
                          "iam:GetAccountSummary\",\"cloudwatch:GetMetricData\",\"cloudwatch:GetM"
                          "etricStatistics\",\"sts:GetCallerIdentity\"]"))),
};

const size_t awi_n_aws_policies = sizeof(awi_aws_policies) / sizeof(awi_aws_policies[0]);
