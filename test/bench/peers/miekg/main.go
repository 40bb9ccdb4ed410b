// The least that a DNS server on github.com/miekg/dns, the library of CoreDNS and Consul, can do: it answers over UDP from
// a zone file that it holds in memory, with the addresses of SRV targets beside them.
//
//	miekg ADDRESS:PORT ZONEFILE
package main

import (
	"log"
	"os"
	"strings"

	"github.com/miekg/dns"
)

// Octets of a reply that this server takes for safe (RFC 9715).
const ednsSize = 1232

type question struct {
	name  string
	qtype uint16
}

type zone map[question][]dns.RR

func main() {
	zone := readZone(os.Args[2])
	server := &dns.Server{Addr: os.Args[1], Net: "udp", Handler: dns.HandlerFunc(zone.answer)}
	log.Fatal(server.ListenAndServe())
}

func readZone(file string) zone {
	source, err := os.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	zone := zone{}
	parser := dns.NewZoneParser(source, ".", file)
	for record, ok := parser.Next(); ok; record, ok = parser.Next() {
		key := question{record.Header().Name, record.Header().Rrtype}
		zone[key] = append(zone[key], record)
	}
	if parser.Err() != nil {
		log.Fatal(parser.Err())
	}
	return zone
}

func (z zone) answer(w dns.ResponseWriter, query *dns.Msg) {
	reply := new(dns.Msg)
	reply.SetReply(query)
	reply.Authoritative = true
	reply.Compress = true
	reply.Answer = z[question{strings.ToLower(query.Question[0].Name), query.Question[0].Qtype}]
	for _, record := range reply.Answer {
		if srv, ok := record.(*dns.SRV); ok {
			reply.Extra = append(reply.Extra, z[question{srv.Target, dns.TypeA}]...)
		}
	}
	if query.IsEdns0() != nil {
		reply.SetEdns0(ednsSize, false)
	}
	if err := w.WriteMsg(reply); err != nil {
		log.Print(err)
	}
}
