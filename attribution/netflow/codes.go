package netflow

// fault is a reason why records could not be read. docs/FLOWS.md explains the codes.
type fault uint8

const (
	noTemplate fault = iota
	noSource
	cutShort
	badLength
	badFrame
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
	cutShort:         "CUT_SHORT",
	badLength:        "BAD_LENGTH",
	badFrame:         "BAD_FRAME",
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
	noTime
	badTime
	clockOffset
	longFlows
	noCount
	noBytes
	noPackets
	optionRecords
	noFlows
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
	noTime:           "NO_TIME",
	badTime:          "BAD_TIME",
	clockOffset:      "CLOCK_OFFSET",
	longFlows:        "LONG_FLOWS",
	noCount:          "NO_COUNT",
	noBytes:          "NO_BYTES",
	noPackets:        "NO_PACKETS",
	optionRecords:    "OPTIONS",
	noFlows:          "NO_FLOWS",
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
var noRecords = [...]note{noPackets, optionRecords, noFlows, notIP, egress}
