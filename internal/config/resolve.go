package config

import (
	"path/filepath"
	"strings"
)

// resolve follows "env:NAME" and "file:PATH"; from is then the reference, as it
// may be shown, and "" for a text that stands in the file itself.
func (d *decoder) resolve(text string) (value, from string, p *problem) {
	if name, found := strings.CutPrefix(text, "env:"); found {
		value, p = d.variable(name)
		return value, text, p
	}
	if path, found := strings.CutPrefix(text, "file:"); found {
		value, p = d.content(path)
		return value, text, p
	}
	return text, "", nil
}

func (d *decoder) variable(name string) (string, *problem) {
	if !isWord(name) || strings.ContainsAny(name, "=\x00") {
		return "", &problem{"env: names no environment variable", "write it as in env:AMHERST_SLACK_TOKEN"}
	}
	value, found := d.env(name)
	switch {
	case !found:
		return "", &problem{"the environment variable " + name + " is not set", "set it where the bot starts"}
	case value == "":
		return "", &problem{"the environment variable " + name + " is empty", "set it where the bot starts"}
	}
	return value, nil
}

func (d *decoder) content(path string) (string, *problem) {
	data, err := readLimited(whole(filepath.Dir(d.file), path), maxValueFile)
	path = strings.Map(visible, path)
	if err != nil {
		return "", &problem{"cannot read the file " + path + ": " + reason(err), hintForbidden(err)}
	}
	value := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	if value == "" {
		return "", &problem{"the file " + path + " is empty", ""}
	}
	return value, nil
}
