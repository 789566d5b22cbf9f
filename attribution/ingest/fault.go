package ingest

// fault says why a record cannot be used. It concerns that record alone. The account counts
// records by fault, so that these texts are part of what it says.
type fault string

// noRecord is what a parser says of a comment, a blank line or a header.
const noRecord fault = "no record"

const (
	tooLong      fault = "longer than 1 MiB"
	noAddress    fault = "no address where the client's stands"
	noAccessLog  fault = "not a line of an access log"
	ambiguous    fault = "the client may have written the address"
	fewColumns   fault = "too few columns"
	manyColumns  fault = "too many columns"
	emptyField   fault = "the field of the address is empty"
	noField      fault = "no field with the address"
	noObject     fault = "no JSON object"
	badCount     fault = "the field of the count holds no number"
	badBytes     fault = "the field of the bytes holds no number"
	moreThanList fault = "text beside the addresses"
	badMember    fault = "in a file of the archive that is not understood"
	noPrefix     fault = "without the words of the collector that the other lines begin with"
	otherDaemon  fault = "of a program that was not chosen: set Format to read it"
	noKeyed      fault = "not a record of CEF or LEEF"
	noFlow       fault = "not the numbers of a flow"
)
