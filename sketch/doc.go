// Package sketch counts distinct items in bounded memory.
//
//   - [HyperLogLog] counts distinct items and states its own error. Sketches of
//     github.com/axiomhq/hyperloglog convert to it and back.
//   - [BottomK] is a uniform sample of distinct items with exact counts for each.
//   - [HeavyHitters] finds the heaviest of any number of targets.
//
// All of them work on 64-bit hashes made with a secret [Key]. The package does not
// know what it counts: an item is 128 bits.
//
// # Accuracy
//
// A HyperLogLog of precision p has a relative standard error of at most
// 1.04/sqrt(2^p): 1.63 % at 12, 0.81 % at 14, 0.41 % at 16. That holds from one
// item to more than 10^9. A BottomK is exact until it has seen more than k items.
// Beyond, its estimate of the distinct count has a relative standard error of
// 1/sqrt(k-2): 0.39 % at 65,536. The type [HeavyHitters] states what it guarantees.
//
// # Concurrency
//
// Nothing here locks. Methods that only read never write. Estimate, Interval, All,
// Len and AppendBinary are such methods. Many goroutines may therefore read a
// sketch while none writes to it.
//
// # Performance
//
// In the steady state, nothing allocates per item. To hash an item and to insert
// the hash takes a few nanoseconds each. To learn that a BottomK does not want an
// item takes less than one. A sample gives its items in the order of ranks in
// linear time. Batches are faster than single items where a sketch does not fit
// into the caches; see [HeavyHitters.AddBatch] and [BottomK.CountBatch].
//
// # Security
//
// Whoever knows the hash function can choose items that make a HyperLogLog report
// almost any number (Paterson and Raynal, "HyperLogLog: Exponentially Bad in
// Adversarial Settings", 2022). A Key is therefore secret and random. It never
// leaves the process: encodings carry its [KeyID] only. [Key.Hash] says what the
// hash resists and what it does not. Counts under [Unkeyed] resist nothing.
//
// # Compatibility
//
// Encodings are canonical: equal contents give equal bytes, in whatever order they
// were inserted and merged, on every machine. The first four bytes name the format
// and its version. The last four bytes are a checksum, the CRC-32C of all bytes
// before it. It finds damage, not forgery. A decoder accepts only bytes that
// encoding its result gives back. Another version is a [VersionError], and sketches
// that do not fit are a [MismatchError].
package sketch
