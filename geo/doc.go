// Package geo says which country an IP address is geolocated to, fast enough
// for every packet of a capture.
//
// [Open] reads any country database in the MaxMind DB format (MMDB) once and
// compiles it into an immutable [Table]. A lookup answers with an [Origin], one
// byte that is a country or the reason why there is none.
package geo
