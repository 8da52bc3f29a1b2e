// As client.py does, with the official SDKs for Go.
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	ram "github.com/alibabacloud-go/ram-20150501/v2/client"
	sts "github.com/alibabacloud-go/sts-20150401/v2/client"
	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/credentials-go/credentials"
)

const longest = 600 * time.Second

// The official client, which keeps the id that it gave last.
type recorded struct {
	credentials.Credential
	id string
}

func (r *recorded) GetCredential() (*credentials.CredentialModel, error) {
	credential, err := r.Credential.GetCredential()
	if err == nil {
		r.id = *credential.AccessKeyId
	}
	return credential, err
}

func config(credential credentials.Credential) *openapi.Config {
	endpoint, protocol, region := os.Args[1], "http", "cn-hangzhou"
	return &openapi.Config{Credential: credential, Endpoint: &endpoint, Protocol: &protocol, RegionId: &region}
}

func resolve() (*recorded, *sts.Client, error) {
	chain, err := credentials.NewCredential(nil)
	if err != nil {
		return nil, nil, err
	}
	credential := &recorded{Credential: chain}
	client, err := sts.NewClient(config(credential))
	return credential, client, err
}

func once() error {
	credential, identity, err := resolve()
	if err != nil {
		return err
	}
	caller, err := identity.GetCallerIdentity()
	if err != nil {
		return err
	}
	fmt.Printf("%s\n%s\n", credential.id, *caller.Body.Arn)
	client, err := ram.NewClient(config(credential))
	if err != nil {
		return err
	}
	users, err := client.ListUsers(&ram.ListUsersRequest{})
	var refused *tea.SDKError
	if errors.As(err, &refused) {
		fmt.Println(*refused.Code)
		return nil
	}
	if err == nil {
		fmt.Println(len(users.Body.Users.User), "users")
	}
	return err
}

// What is printed for one call.
func signed(credential *recorded, client *sts.Client, err error) string {
	if err == nil {
		_, err = client.GetCallerIdentity()
	}
	if err == nil {
		return credential.id
	}
	return "failed " + strings.ReplaceAll(err.Error(), "\n", " ")
}

func loop(file string, thread int) {
	end := time.Now().Add(longest)
	var credential *recorded
	var client *sts.Client
	var err error
	for count := 0; time.Now().Before(end); count++ {
		if _, missing := os.Stat(file); missing == nil {
			return
		}
		begun := time.Now()
		if count%10 == 0 {
			// As a program that has just started.
			credential, client, err = resolve()
		}
		fmt.Printf("%d %s\n", thread, signed(credential, client, err))
		time.Sleep(time.Until(begun.Add(100 * time.Millisecond)))
	}
}

func main() {
	if len(os.Args) == 2 {
		if err := once(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if os.Args[2] == "call" {
		user := append(os.Args, "")[4]
		if err := call(os.Args[3], user); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	threads, _ := strconv.Atoi(os.Args[4])
	var all sync.WaitGroup
	for thread := 0; thread < threads; thread++ {
		all.Add(1)
		go func(thread int) {
			defer all.Done()
			loop(os.Args[3], thread)
		}(thread)
	}
	all.Wait()
}
