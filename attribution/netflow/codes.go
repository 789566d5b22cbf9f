package netflow

// fault is a reason why records could not be read. docs/FLOWS.md explains the codes.
type fault uint8

const (
	noTemplate fault = iota
	noSource
	incomplete
	badLength
	truncated
	malformed
	unknownLink
	unknownSet
	unknownVersion
	netflow8
	oldSFlow
	tooManyExporters
	faults
)

var faultCodes = [faults]string{
	noTemplate:       "NO_TEMPLATE",
	noSource:         "NO_SOURCE",
	incomplete:       "INCOMPLETE",
	badLength:        "BAD_LENGTH",
	truncated:        "TRUNCATED",
	malformed:        "MALFORMED",
	unknownLink:      "UNKNOWN_LINK",
	unknownSet:       "UNKNOWN_SET",
	unknownVersion:   "UNKNOWN_VERSION",
	netflow8:         "NETFLOW_V8",
	oldSFlow:         "SFLOW_V4",
	tooManyExporters: "TOO_MANY_EXPORTERS",
}

// note is something that a reader of the report must know.
type note uint8

const (
	noRate note = iota
	exportTime
	badTime
	clockOffset
	longFlows
	noCount
	noBytes
	noPackets
	optionRecords
	otherRecords
	notIP
	reverseFlows
	egress
	egressCounted
	duplicates
	restarts
	missingRecords
	missingDatagrams
	waiting
	refusedTemplates
	noRoom
	unknownSamples
	foreignExporters
	severalExporters
	notes
)

var noteCodes = [notes]string{
	noRate:           "NO_RATE",
	exportTime:       "EXPORT_TIME",
	badTime:          "BAD_TIME",
	clockOffset:      "CLOCK_OFFSET",
	longFlows:        "LONG_FLOWS",
	noCount:          "NO_COUNT",
	noBytes:          "NO_BYTES",
	noPackets:        "NO_PACKETS",
	optionRecords:    "OPTIONS",
	otherRecords:     "OTHER_RECORDS",
	notIP:            "NOT_IP",
	reverseFlows:     "REVERSE",
	egress:           "EGRESS",
	egressCounted:    "EGRESS_COUNTED",
	duplicates:       "DUPLICATES",
	restarts:         "RESTARTS",
	missingRecords:   "MISSING_RECORDS",
	missingDatagrams: "MISSING_DATAGRAMS",
	waiting:          "WAITING",
	refusedTemplates: "REFUSED_TEMPLATES",
	noRoom:           "NO_ROOM",
	unknownSamples:   "UNKNOWN_SAMPLES",
	foreignExporters: "FOREIGN_EXPORTERS",
	severalExporters: "SEVERAL_EXPORTERS",
}

// noRecords are the notes about records that are no events and not lost either.
var noRecords = [...]note{noPackets, optionRecords, otherRecords, notIP, egress}
