module github.com/whence-go/whence/tools

go 1.26.0

replace github.com/whence-go/whence => ..

require (
	github.com/whence-go/whence v0.0.0-00010101000000-000000000000
	golang.org/x/text v0.44.0
)

require (
	github.com/gaissmai/bart v0.30.0 // indirect
	github.com/oschwald/maxminddb-golang/v2 v2.9.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)
