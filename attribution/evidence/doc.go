// Package evidence puts a report, and everything that it follows from, into one file.
// Anybody recomputes the report from that file, on any machine.
//
//	e, err := evidence.New(snapshot, policy, claim)   // after that: e.MarshalBinary
//	v, err := evidence.Verify(file)                   // v.OK, or v.Difference names the place
//
// [Verify] believes only what the file says is given: the snapshot, the policy and the
// claims. It computes every number, outcome and code anew and compares them with what the
// file states. Further databases, autonomous systems and lists are part of the snapshot, so
// that they are proven too. There is no sentence in a file: rewording one changes no proof.
//
// Whether the snapshot itself is true, [Evidence.CheckOrigins] and [Evidence.CheckHashes]
// test with the database and with the key.
//
// # Numbers
//
// Processors differ in the last bits of logarithms, and some fuse a multiplication and an
// addition. A file therefore states numbers with 10 significant digits and at most 12
// decimals. [Verify] computes each one in full, and accepts what is stated within one unit
// of the last digit. Digests are of what is stated. Whole numbers are stated in full and
// must be equal.
//
// # Signatures
//
// A file is canonical: equal contents give equal bytes. Sign the file itself, with
// "ssh-keygen -Y sign -n file -f KEY FILE" or "cosign sign-blob FILE".
//
// # Privacy
//
// A file holds the addresses of the sources, unless they were dropped, and never the key.
// docs/EVIDENCE.md specifies it byte by byte.
package evidence
