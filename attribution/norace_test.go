//go:build !race

package attribution_test

const racing = false
