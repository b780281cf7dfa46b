module awsintercept.test/dial

go 1.19
