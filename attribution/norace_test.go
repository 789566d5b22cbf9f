//go:build !race

package attribution

const racing = false
