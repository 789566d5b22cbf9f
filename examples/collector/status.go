package main

import (
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/netflow"
)

// status is what the page says.
type status struct {
	Started time.Time `json:"started"`
	Now     time.Time `json:"now"`
	Sockets int       `json:"sockets"`

	Datagrams     uint64 `json:"datagrams"` // that were received
	Bytes         uint64 `json:"bytes"`
	KernelDrops   uint64 `json:"kernel_drops"` // as far as the system tells
	ReceiveErrors uint64 `json:"receive_errors"`

	Account   attribution.Account `json:"account"`
	Exporters int                 `json:"exporters"`
	Templates int                 `json:"templates"` // of all of them
	Busiest   []netflow.Exporter  `json:"busiest_exporters"`

	Monitor      monitor.Stats         `json:"monitor"`
	Targets      []monitor.TargetCount `json:"targets"` // those with most events
	Running      []running             `json:"running"`
	RunningCount int                   `json:"running_count"`
	Reports      uint64                `json:"reports"` // of bursts, each report of one counted
	Outlets      []outletStatus        `json:"outlets"`
}

// running is a burst that runs. Its reports are where bursts are printed.
type running struct {
	ID          uint64         `json:"id"`
	Target      monitor.Target `json:"target,omitzero"`
	Onset       time.Time      `json:"onset"`
	End         time.Time      `json:"end"`
	Events      uint64         `json:"events"`
	Sources     uint64         `json:"sources"`
	Children    int            `json:"children"`
	First       string         `json:"first_country,omitempty"`
	Outcomes    []string       `json:"outcomes"`
	PeakEvents  uint64         `json:"peak_events"`
	Expectation float64        `json:"expected_events"`
}

type outletStatus struct {
	Name    string `json:"name"`
	Sent    uint64 `json:"sent"`
	Failed  uint64 `json:"failed"`
	Dropped uint64 `json:"dropped"`
	Queued  int    `json:"queued"`
}

// A page shows so many rows at most.
const (
	mostExporters = 100
	mostTargets   = 20
	mostRunning   = 100
)

func (s *server) status() status {
	exporters := s.decoder.Exporters()
	list := s.monitor.Targets()
	st := status{
		Started: s.started.UTC(), Now: s.now().UTC(), Sockets: len(s.sockets),
		Datagrams: s.datagrams.Load(), Bytes: s.bytes.Load(), KernelDrops: s.drops(), ReceiveErrors: s.readErrors.Load(),
		Account: s.decoder.Account(), Exporters: len(exporters), Busiest: exporters[:min(len(exporters), mostExporters)],
		Monitor: s.monitor.Stats(), Targets: list[:min(len(list), mostTargets)], Reports: s.reported.Load(),
	}
	st.Templates = templates(exporters)
	bursts := s.running()
	st.RunningCount = len(bursts)
	for _, b := range bursts[:min(len(bursts), mostRunning)] {
		r := running{ID: b.ID, Target: b.Target, Onset: b.Onset, End: b.End, Events: b.Report.Events,
			Sources: b.Report.Sources.Value, Children: len(b.Children) + b.MoreChildren,
			PeakEvents: b.PeakEvents, Expectation: b.Expected}
		if len(b.Report.Countries) > 0 {
			r.First = b.Report.Countries[0].Origin.String()
		}
		for _, v := range b.Report.Verdicts {
			r.Outcomes = append(r.Outcomes, v.Claim.String()+": "+v.Outcome.String())
		}
		st.Running = append(st.Running, r)
	}
	for _, o := range s.outlets {
		st.Outlets = append(st.Outlets, outletStatus{o.name, o.sent.Load(), o.failed.Load(), o.dropped.Load(), len(o.queue)})
	}
	return st
}

// templates counts those of all exporters.
func templates(exporters []netflow.Exporter) (n int) {
	for _, e := range exporters {
		n += e.Templates
	}
	return n
}
