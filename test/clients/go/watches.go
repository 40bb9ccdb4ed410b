package main

import (
	"fmt"
	"time"

	"github.com/hashicorp/consul/api"
	"github.com/hashicorp/consul/api/watch"
)

// watched runs a watch plan, makes a change once it knows the present, and waits until it tells of something that seen is content with.
func watched(c *api.Client, params map[string]any, change func() error, seen func(data any) bool) error {
	plan, err := watch.Parse(params)
	if err != nil {
		return err
	}
	told := make(chan any, 100)
	plan.Handler = func(_ uint64, data any) { told <- data }
	plan.HybridHandler = func(_ watch.BlockingParamVal, data any) { told <- data }
	ended := make(chan error, 1)
	go func() { ended <- plan.RunWithClientAndHclog(c, nil) }()
	defer plan.Stop()
	changed := false
	for limit := time.After(20 * time.Second); ; {
		select {
		case data := <-told:
			if changed && seen(data) {
				return nil
			}
			if !changed {
				changed = true
				if err := change(); err != nil {
					return err
				}
			}
		case err := <-ended:
			return fmt.Errorf("the plan ended: %v", err)
		case <-limit:
			return fmt.Errorf("nothing was told (changed: %v)", changed)
		}
	}
}

// Each change has to be another one, or nothing would be told.
var port = 9000

func moveWeb(c *api.Client) func() error {
	return func() error {
		port++
		service := webService("1h")
		service.Port = port
		return c.Agent().ServiceRegister(service)
	}
}

func watchService(c *api.Client) error {
	return watched(c, map[string]any{"type": "service", "service": "web", "tag": "v1"}, moveWeb(c), func(data any) bool {
		entries := data.([]*api.ServiceEntry)
		return len(entries) == 1 && entries[0].Service.Port == port
	})
}

func watchServices(c *api.Client) error {
	change := func() error { return c.Agent().ServiceRegister(&api.AgentServiceRegistration{Name: "new"}) }
	err := watched(c, map[string]any{"type": "services"}, change, func(data any) bool {
		_, found := data.(map[string][]string)["new"]
		return found
	})
	return first(err, c.Agent().ServiceDeregister("new"))
}

func watchNodes(c *api.Client) error {
	change := func() error {
		_, err := c.Catalog().Register(&api.CatalogRegistration{Node: "new", Address: "192.0.2.2"}, nil)
		return err
	}
	err := watched(c, map[string]any{"type": "nodes"}, change, func(data any) bool { return len(data.([]*api.Node)) == 2 })
	_, gone := c.Catalog().Deregister(&api.CatalogDeregistration{Node: "new"}, nil)
	return first(err, gone)
}

func watchChecks(c *api.Client) error {
	for _, params := range []map[string]any{{"type": "checks", "service": "web"}, {"type": "checks", "state": "any"}} {
		status := map[bool]string{true: api.HealthWarning, false: api.HealthPassing}[params["state"] == nil]
		change := func() error { return c.Agent().UpdateTTL("web-alive", "", status) }
		err := watched(c, params, change, func(data any) bool {
			for _, check := range data.([]*api.HealthCheck) {
				if check.CheckID == "web-alive" {
					return check.Status == status
				}
			}
			return false
		})
		if err != nil {
			return fmt.Errorf("%v: %w", params, err)
		}
	}
	return nil
}

func watchAgentService(c *api.Client) error {
	return watched(c, map[string]any{"type": "agent_service", "service_id": "web-1"}, moveWeb(c), func(data any) bool {
		return data.(*api.AgentService).Port == port
	})
}
