package intake

import "github.com/whence-go/whence/attribution/monitor"

// maxNames is how many targets are kept, so that not every line makes a new one.
const maxNames = 4096

// names makes targets of their texts.
type names map[string]monitor.Target

func (known names) target(text []byte) monitor.Target {
	if len(text) == 0 {
		return monitor.Target{}
	}
	text = text[:min(len(text), monitor.MaxTargetName)]
	if target, ok := known[string(text)]; ok {
		return target
	}
	if len(known) == maxNames {
		clear(known)
	}
	name := string(text)
	target := monitor.ParseTarget(name)
	known[name] = target
	return target
}
