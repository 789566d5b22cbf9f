package ingest

// fault is a code for why a record cannot be used. It concerns that record alone. The account
// counts records by fault.
type fault string

// noRecord is what a parser says of a comment, a blank line or a header.
const noRecord fault = "NO_RECORD"

// goesOn is what is said of the piece of a line whose end is to come.
const goesOn fault = "GOES_ON"

const (
	tooLong      fault = "TOO_LONG"       // longer than 1 MiB
	noAddress    fault = "NO_ADDRESS"     // something else stands where the client's address is
	noAccessLog  fault = "NO_REQUEST"     // not a line of an access log
	notOfFormat  fault = "NOT_OF_FORMAT"  // not a line of the format
	ambiguous    fault = "AMBIGUOUS"      // the client may have moved its address
	fewColumns   fault = "FEW_COLUMNS"    // the row ends before or in the address
	manyColumns  fault = "MANY_COLUMNS"   // it is open which column is which
	emptyField   fault = "EMPTY_FIELD"    // the field of the address is empty
	noField      fault = "NO_FIELD"       // the object has no field with the address
	noObject     fault = "NO_OBJECT"      // not a JSON object
	badCount     fault = "BAD_COUNT"      // the field of the count holds no number
	badBytes     fault = "BAD_BYTES"      // the field of the bytes holds no number
	moreThanList fault = "OTHER_TEXT"     // text beside the addresses of a list
	badMember    fault = "UNKNOWN_FORMAT" // in a file of an archive whose others are understood
	noFlow       fault = "NO_FLOW"        // not the numbers of a flow
	noPairs      fault = "NO_PAIRS"       // not a record of CEF or LEEF
	cutShort     fault = "CUT_SHORT"      // a line in pieces whose last one is missing
	noPrefix     fault = "NO_PREFIX"      // without the words of the collector that the others begin with
	otherProgram fault = "OTHER_PROGRAM"  // of a program that the first lines do not decide for: Format chooses it
)
