// Package sketch counts distinct things in bounded memory: [Distinct] is a
// HyperLogLog that reports its own error, [BottomK] is a bottom-k sample of
// distinct items with exact per-item counts, [HeavyHitters] finds the heavy ones among
// any number of targets.
//
// All work on 64-bit hashes made with a secret [Key]. The package knows nothing
// of what it counts: an item is 128 opaque bits.
//
// # Accuracy
//
// A Distinct of precision p has a relative standard error of at most
// 1.04/sqrt(2^p): 1.63 % at 12, 0.81 % at 14, 0.41 % at 16, from one item to
// beyond 10^9. A BottomK of k items is exact while it has seen at most k; beyond,
// its estimate of the distinct count has a relative standard error of
// 1/sqrt(k-2), 0.39 % at 65,536. What a HeavyHitters guarantees stands there.
//
// # Security
//
// Whoever knows the hash function can choose items that make a HyperLogLog
// report almost any number (Paterson and Raynal, "HyperLogLog: Exponentially Bad
// in Adversarial Settings", 2022). A Key is therefore secret and random. It never
// leaves the process: encodings carry its [KeyID] only. See [Key.Hash] for what
// the hash resists and what it does not.
//
// # Concurrency
//
// Nothing here locks. Methods that only read (Estimate, Interval, All, Len,
// AppendBinary) never write, so any number of goroutines may read at once while
// none writes.
//
// # Compatibility
//
// Encodings are canonical: equal contents give equal bytes, whatever the order
// of insertion and merging. They are versioned, and a decoder accepts only
// bytes that encoding its result gives back.
package sketch
