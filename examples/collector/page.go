package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/netflow"
)

// newHandler serves the page at / and the metrics at /metrics.
func (s *server) newHandler() (http.Handler, error) {
	metrics, err := s.metrics()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.servePage)
	mux.Handle("GET /metrics", metrics)
	return mux, nil
}

func (s *server) servePage(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	st := s.status()
	kind := "text/plain; charset=utf-8"
	if acceptsJSON(r.Header.Get("Accept")) {
		kind = "application/json"
		if err := encoder(&body).Encode(st); err != nil {
			http.Error(w, "no status", http.StatusInternalServerError)
			return
		}
	} else {
		st.print(&body)
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Accept")
	w.Write(body.Bytes())
}

// acceptsJSON reports whether a client asks for JSON by name.
func acceptsJSON(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		kind, parameters, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(kind), "application/json") {
			q, ok := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
			weight, err := strconv.ParseFloat(q, 64)
			return !ok || err != nil || weight > 0
		}
	}
	return false
}

// print writes the page as text. All that comes from exporters is numbers, addresses and codes.
func (st *status) print(w io.Writer) {
	fmt.Fprintf(w, "Since %s UTC, now %s UTC\n\n", clock(st.Started), clock(st.Now))
	fmt.Fprintf(w, "%d datagrams in %d sockets, %d bytes; dropped by the kernel: %d; errors: %d\n", st.Datagrams,
		st.Sockets, st.Bytes, st.KernelDrops, st.ReceiveErrors)
	fmt.Fprintf(w, "Events: %d counted, %d late, %d misdated; targets tracked: %d\n", st.Monitor.Records, st.Monitor.Late,
		st.Monitor.Misdated, st.Monitor.Tracked)
	for _, o := range st.Outlets {
		fmt.Fprintf(w, "Bursts to %s: %d sent, %d failed, %d dropped, %d wait\n", o.Name, o.Sent, o.Failed, o.Dropped,
			o.Queued)
	}
	fmt.Fprintln(w)
	printAccount(w, &st.Account)
	fmt.Fprintf(w, "\nExporters: %d\n", st.Exporters)
	printExporters(w, st.Busiest)
	fmt.Fprintf(w, "\nBursts that run: %d\n", st.RunningCount)
	for _, b := range st.Running {
		target := b.Target.String()
		if b.Target.IsZero() {
			target = "all traffic"
		}
		fmt.Fprintf(w, "  %d  %s since %s UTC: %d events, %d sources, most of %s; %s\n", b.ID, target, clock(b.Onset),
			b.Events, b.Sources, b.First, strings.Join(b.Outcomes, "; "))
	}
	fmt.Fprintln(w, "\nTargets with most events lately")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, x := range st.Targets {
		fmt.Fprintf(t, "  %s\t%d\n", x.Target, x.Events)
	}
	t.Flush()
}

// printAccount says what was read, and what was not and why.
func printAccount(w io.Writer, a *attribution.Account) {
	fmt.Fprintf(w, "Records: %d used, %d unread, %d missing on the way; %d are no traffic; %d datagrams of others\n",
		a.Records, a.Lost[attribution.LostUnread], a.Lost[attribution.LostShed], a.NoRecords, a.Excluded)
	for _, u := range a.Unread {
		fmt.Fprintf(w, "  unread %s: %d, first at %s\n", u.Code, u.Records, u.First)
	}
	for _, n := range a.Notes {
		fmt.Fprintf(w, "  note %s: %d\n", n.Code, n.Value)
	}
}

// printExporters writes a row for each exporter.
func printExporters(w io.Writer, list []netflow.Exporter) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "  exporter\tformat\tdatagrams\trecords\tpackets\tbytes\tunread\tmissing\trate\ttemplates\trestarts\t"+
		"clock\t")
	for _, e := range list {
		fmt.Fprintf(t, "  %s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%v\t\n", nameOf(e.Addr), e.Account.Format, e.Datagrams,
			e.Records, e.Packets, e.Bytes, e.Account.Lost[attribution.LostUnread], e.Account.Lost[attribution.LostShed],
			e.SamplingRate, e.Templates, e.Restarts, e.ClockOffset)
	}
	t.Flush()
}
