module github.com/whence-go/whence/examples/otelcol

go 1.26.0

replace github.com/whence-go/whence => ../..

require github.com/whence-go/whence v0.0.0-00010101000000-000000000000

require (
	github.com/axiomhq/hyperloglog v0.3.0 // indirect
	github.com/dgryski/go-metro v0.0.0-20250106013310-edb8663e5e33 // indirect
	github.com/gaissmai/bart v0.30.0 // indirect
	github.com/kamstrup/intmap v0.5.2 // indirect
	github.com/oschwald/maxminddb-golang/v2 v2.9.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)
