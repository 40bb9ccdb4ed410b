// Drives a registry with the official Go client as its users do, and prints how each step went: one JSON object of names and
// errors, where an empty error is a success.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/hashicorp/consul/api"
)

// A step of the tour; they build on one another, in this order.
type step struct {
	name string
	run  func(*api.Client) error
}

var steps = []step{
	{"register", register},
	{"ttl pass", ttlPass},
	{"ttl expiry", ttlExpiry},
	{"health with a filter", healthWithFilter},
	{"tags, node-meta and near", readParameters},
	{"blocking query", blockingQuery},
	{"catalog registration", catalogRegistration},
	{"query options", queryOptions},
	{"watch service", watchService},
	{"watch services", watchServices},
	{"watch nodes", watchNodes},
	{"watch checks", watchChecks},
	{"watch agent_service", watchAgentService},
	{"maintenance", maintenance},
	{"agent", agent},
	{"errors", errorTexts},
	{"deregister", deregister},
}

func main() {
	config := api.DefaultConfig()
	config.Address = os.Args[1]
	client, err := api.NewClient(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	results := map[string]string{}
	for _, s := range steps {
		results[s.name] = ""
		if err := s.run(client); err != nil {
			results[s.name] = err.Error()
		}
	}
	json.NewEncoder(os.Stdout).Encode(results)
}

// want says what is wrong when a condition does not hold.
func want(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// within looks again and again until look is content.
func within(limit time.Duration, look func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := look()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// first gives the first error of several.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
