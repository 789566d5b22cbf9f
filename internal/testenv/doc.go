// Package testenv holds what the tests and benchmarks of several packages need. It
// imports no package of this module, so the tests of every package can use it.
//
// It writes MMDB files. The fixtures in geo/testdata come from MaxMind's own writer, so
// that geo is tested with files that another program wrote. That writer does not build
// on 32 bits, and a test often wants a small database of its own. For these tests
// there is [MMDB].
package testenv
