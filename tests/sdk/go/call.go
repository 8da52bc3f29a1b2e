package main

import (
	"fmt"

	ram "github.com/alibabacloud-go/ram-20150501/v2/client"
	sts "github.com/alibabacloud-go/sts-20150401/v2/client"
)

// One call and its answer, as a script makes it: `client HOST:PORT call list|create|whoami [USER]`.
func call(name, user string) error {
	credential, identity, err := resolve()
	if err != nil {
		return err
	}
	if name == "whoami" {
		return whoami(identity)
	}
	client, err := ram.NewClient(config(credential))
	if err != nil {
		return err
	}
	if name == "create" {
		made, err := client.CreateAccessKey(&ram.CreateAccessKeyRequest{UserName: &user})
		if err == nil {
			fmt.Println(*made.Body.AccessKey.AccessKeyId)
			fmt.Println(*made.Body.AccessKey.AccessKeySecret)
		}
		return err
	}
	listed, err := client.ListAccessKeys(&ram.ListAccessKeysRequest{UserName: &user})
	if err == nil {
		for _, pair := range listed.Body.AccessKeys.AccessKey {
			fmt.Println(*pair.AccessKeyId)
		}
	}
	return err
}

func whoami(identity *sts.Client) error {
	caller, err := identity.GetCallerIdentity()
	if err == nil {
		fmt.Println(*caller.Body.Arn)
	}
	return err
}
