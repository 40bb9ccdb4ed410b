package main

import (
	"strings"
	"time"

	"github.com/hashicorp/consul/api"
)

func webService(ttl string) *api.AgentServiceRegistration {
	return &api.AgentServiceRegistration{
		ID:      "web-1",
		Name:    "web",
		Address: "10.0.0.7",
		Port:    8080,
		Tags:    []string{"v1", "http"},
		Meta:    map[string]string{"team": "blog"},
		Weights: &api.AgentWeights{Passing: 3, Warning: 1},
		Check:   &api.AgentServiceCheck{CheckID: "web-alive", TTL: ttl},
	}
}

func register(c *api.Client) error {
	if err := c.Agent().ServiceRegister(webService("1h")); err != nil {
		return err
	}
	service, meta, err := c.Agent().Service("web-1", nil)
	if err != nil {
		return err
	}
	return first(
		want(service.Port == 8080 && service.Weights.Passing == 3 && service.Meta["team"] == "blog", "got %+v", service),
		want(service.TaggedAddresses["lan_ipv4"].Port == 8080, "tagged addresses: %v", service.TaggedAddresses),
		want(meta.LastContentHash == service.ContentHash && service.ContentHash != "", "hash %q", meta.LastContentHash),
	)
}

func ttlPass(c *api.Client) error {
	if err := c.Agent().UpdateTTL("web-alive", "all is well", api.HealthPassing); err != nil {
		return err
	}
	checks, err := c.Agent().Checks()
	if err != nil {
		return err
	}
	check := checks["web-alive"]
	return want(check != nil && check.Status == "passing" && check.Output == "all is well" && check.Type == "ttl", "got %+v", check)
}

func ttlExpiry(c *api.Client) error {
	check := &api.AgentCheckRegistration{ID: "short", Name: "short", ServiceID: "web-1"}
	check.TTL = "300ms"
	check.Status = api.HealthPassing
	if err := c.Agent().CheckRegister(check); err != nil {
		return err
	}
	err := within(10*time.Second, func() error {
		checks, _, err := c.Health().Checks("web", &api.QueryOptions{Filter: `CheckID == "short"`})
		return first(err, want(len(checks) == 1 && checks[0].Status == "critical", "got %+v", checks))
	})
	if err != nil {
		return err
	}
	status, info, err := c.Agent().AgentHealthServiceByID("web-1")
	if err != nil {
		return err
	}
	return first(want(status == "critical" && len(info.Checks) == 2, "%s, %+v", status, info), c.Agent().CheckDeregister("short"))
}

func healthWithFilter(c *api.Client) error {
	for filter, found := range map[string]int{
		`Service.Meta.team == "blog" and "v1" in Service.Tags`:          1,
		`Service.Port != 8080`:                                          0,
		`Node.Datacenter == dc1 and Checks.Status == "passing"`:         1,
		`Service.ID matches "^web-[0-9]$"`:                              1,
		`not (Service.Meta.none != x) or "x" in Service.Tags`:           0,
		`Service.TaggedAddresses.lan_ipv4.Address == "10.0.0.7"`:        1,
		"Service.Meta[`team`] contains \"log\" and Checks is not empty": 1,
	} {
		entries, _, err := c.Health().Service("web", "", true, &api.QueryOptions{Filter: filter})
		if err := first(err, want(len(entries) == found, "%s: %d entries", filter, len(entries))); err != nil {
			return err
		}
	}
	_, err := c.Agent().ServicesWithFilter("Nope == 1")
	return want(err != nil && strings.Contains(err.Error(), "Failed to create boolean expression evaluator"), "got %v", err)
}

func readParameters(c *api.Client) error {
	options := &api.QueryOptions{Near: "_agent", NodeMeta: map[string]string{"consul-network-segment": ""}}
	entries, _, err := c.Health().ServiceMultipleTags("web", []string{"V1", "http"}, true, options)
	if err := first(err, want(len(entries) == 1, "%d entries", len(entries))); err != nil {
		return err
	}
	none, _, err := c.Catalog().ServiceMultipleTags("web", []string{"v1", "v2"}, nil)
	return first(err, want(len(none) == 0, "%d services with both tags", len(none)))
}

func blockingQuery(c *api.Client) error {
	_, meta, err := c.Health().Service("later", "", false, nil)
	if err != nil {
		return err
	}
	go func() {
		time.Sleep(50 * time.Millisecond)
		c.Agent().ServiceRegister(&api.AgentServiceRegistration{Name: "later"})
	}()
	options := &api.QueryOptions{WaitIndex: meta.LastIndex, WaitTime: time.Minute}
	entries, after, err := c.Health().Service("later", "", false, options)
	if err != nil {
		return err
	}
	return first(
		want(len(entries) == 1, "%d entries", len(entries)),
		want(after.LastIndex > meta.LastIndex, "index %d after %d", after.LastIndex, meta.LastIndex),
		want(after.RequestTime < 30*time.Second, "woken after %v", after.RequestTime),
		c.Agent().ServiceDeregister("later"),
	)
}

func catalogRegistration(c *api.Client) error {
	registration := &api.CatalogRegistration{
		Node:     "outside",
		Address:  "192.0.2.1",
		NodeMeta: map[string]string{"external-node": "true"},
		Service:  &api.AgentService{ID: "db", Service: "db", Port: 5432},
		Checks: api.HealthChecks{{Node: "outside", CheckID: "db-alive", Name: "db alive", Status: "passing", ServiceID: "db",
			Definition: api.HealthCheckDefinition{TCP: "192.0.2.1:5432", IntervalDuration: 30 * time.Second}}},
	}
	if _, err := c.Catalog().Register(registration, nil); err != nil {
		return err
	}
	entries, _, err := c.Health().Service("db", "", true, nil)
	if err != nil {
		return err
	}
	if err := want(len(entries) == 1 && entries[0].Node.Node == "outside", "got %+v", entries); err != nil {
		return err
	}
	definition := entries[0].Checks[0].Definition
	node, _, err := c.Catalog().Node("outside", nil)
	if err != nil {
		return err
	}
	services, _, err := c.Catalog().Services(nil)
	_, gone := c.Catalog().Deregister(&api.CatalogDeregistration{Node: "outside"}, nil)
	return first(
		err, gone,
		want(definition.TCP == "192.0.2.1:5432" && definition.IntervalDuration == 30*time.Second, "got %+v", definition),
		want(node.Services["db"] != nil && node.Services["db"].Port == 5432, "got %+v", node),
		want(services["db"] != nil && len(services["web"]) == 2, "got %v", services),
	)
}

func queryOptions(c *api.Client) error {
	stale, meta, err := c.Catalog().Nodes(&api.QueryOptions{AllowStale: true})
	if err := first(err, want(len(stale) == 1 && meta.KnownLeader && meta.LastContact == 0, "got %+v", meta)); err != nil {
		return err
	}
	_, meta, err = c.Health().Service("web", "", false, &api.QueryOptions{UseCache: true, MaxAge: time.Minute, StaleIfError: time.Minute})
	if err := first(err, want(meta.CacheAge == 0, "got %+v", meta)); err != nil {
		return err
	}
	_, meta, err = c.Catalog().Service("web", "", &api.QueryOptions{RequireConsistent: true})
	return first(err, want(meta.LastIndex > 0, "got %+v", meta))
}

func maintenance(c *api.Client) error {
	if err := c.Agent().EnableServiceMaintenance("web-1", "by hand"); err != nil {
		return err
	}
	status, _, err := c.Agent().AgentHealthServiceByName("web")
	passing, _, _ := c.Health().Service("web", "", true, nil)
	// The client knows the status code alone, which is that of a critical service.
	if err := first(err, want(status == "critical" && len(passing) == 0, "%s, %d passing", status, len(passing))); err != nil {
		return err
	}
	if err := first(c.Agent().DisableServiceMaintenance("web-1"), c.Agent().EnableNodeMaintenance("")); err != nil {
		return err
	}
	node, err := c.Agent().NodeName()
	if err != nil {
		return err
	}
	checks, _, err := c.Health().Node(node, nil)
	return first(err, want(checks.AggregatedStatus() == "maintenance", "got %+v", checks), c.Agent().DisableNodeMaintenance())
}

func agent(c *api.Client) error {
	self, err := c.Agent().Self()
	if err := first(err, want(self["Config"]["Datacenter"] == "dc1", "got %v", self["Config"])); err != nil {
		return err
	}
	leader, err := c.Status().Leader()
	if err := first(err, want(strings.HasSuffix(leader, ":8300"), "leader %q", leader)); err != nil {
		return err
	}
	members, err := c.Agent().Members(false)
	if err := first(err, want(len(members) == 1 && members[0].Status == 1, "got %+v", members)); err != nil {
		return err
	}
	_, err = c.Agent().Host()
	return err
}

func errorTexts(c *api.Client) error {
	unknown := c.Agent().ServiceDeregister("nobody")
	status, ok := unknown.(api.StatusError)
	if err := want(ok && status.Code == 404 && strings.Contains(status.Body, `Unknown service ID "nobody"`), "got %v", unknown); err != nil {
		return err
	}
	_, _, err := c.Catalog().Services(&api.QueryOptions{Datacenter: "elsewhere"})
	return want(err != nil && strings.Contains(err.Error(), "500 (No path to datacenter)"), "got %v", err)
}

func deregister(c *api.Client) error {
	if err := c.Agent().ServiceDeregister("web-1"); err != nil {
		return err
	}
	entries, _, err := c.Health().Service("web", "", false, nil)
	return first(err, want(len(entries) == 0, "%d entries", len(entries)))
}
