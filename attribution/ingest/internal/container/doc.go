// Package container takes an input apart: from a reader to the members of archives, and from a member to lines of text.
//
// [Open] recognizes what it gets by its first bytes, never by its name. It undoes gzip (several members, padding),
// zstd (skippable frames), bzip2 and xz, walks through tar and zip archives, and opens what is in them in the same way.
// An archive may hold archives, but these hold no further ones. Directories, links and devices are skipped. Everything
// that is skipped, taken off or lost has a [Note] with its count, its bytes and the place of the first.
//
// [Lines] cuts a member into lines: LF, CRLF, or CR alone if the text has no LF. It decodes UTF-16 and takes off byte
// order marks, NUL bytes and colors. Every byte is accounted for; see [Stats].
//
// # Errors
//
// Data of a kind that holds no text, such as 7z, pcap or SQLite, is a [ForeignError] that names it and says what would
// help. Inside an archive it is a note, and reading goes on with the next member. Damaged data is an error at the place
// where the damage is; what stands before it was read.
//
// # Security
//
// Memory is bounded, whatever the input is: by the longest line, the windows of the decoders (64 MiB for xz, 32 MiB for
// zstd) and [Options.MaxBuffered] for a zip archive that is no file. Output is bounded by [Options.Free] and
// [Options.Ratio], so that a bomb ends in [ErrExpands]. Names of members come from the input: quote them.
//
// # Concurrency
//
// An Input and its Lines belong to one goroutine. They start none.
package container
