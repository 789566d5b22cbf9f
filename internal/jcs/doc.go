// Package jcs writes, checks and compares canonical JSON: the JSON Canonicalization
// Scheme of RFC 8785, in which equal contents have equal bytes.
//
// Two things differ from the RFC. Integers are written in full up to 64 bits,
// where the RFC would round them to a double. Keys of objects are printable ASCII
// without quotes and backslashes, which is all that is needed here.
package jcs
