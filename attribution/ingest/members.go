package ingest

import (
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/ingest/internal/container"
)

// notesOf are what was unpacked and taken off before there were lines.
func notesOf(in *container.Input) (notes []attribution.Note) {
	for _, n := range in.Notes() {
		subject := n.What
		if n.First.Member != "" {
			subject = strings.TrimSuffix(n.First.Member+": "+n.What, ": ")
		}
		notes = append(notes, attribution.Note{Code: n.Code.String(), Value: uint64(n.Count), Subject: subject})
	}
	return notes
}

// unreadMembers counts what an archive holds that was not read: each is a lost record at
// least.
func unreadMembers(in *container.Input) (lost []attribution.Unread) {
	for _, n := range in.Notes() {
		if n.Code == container.LongLine || !n.Code.Lost() {
			continue // long lines were counted one by one
		}
		place := n.First.Member
		switch {
		case place != "":
		case n.First.Line > 0:
			place = placeOf(uint64(n.First.Line), uint64(n.First.Offset))
		default:
			place = "the end"
		}
		lost = append(lost, attribution.Unread{Code: n.Code.String(), Records: uint64(n.Count), First: place})
	}
	return lost
}
