// Package oracle holds slow, obviously correct twins of what the library does
// fast: looking up origins, and counting distinct sources per origin. Tests and
// benchmarks compare the two.
//
// Nothing here is clever on purpose. A reader must be able to see that it is
// right, because nothing else checks it but its own table of cases.
package oracle
