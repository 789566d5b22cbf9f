package whence_test

import (
	"cmp"
	"fmt"
	"go/constant"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// A stub is the API of one package as Go source without function bodies. It declares what users can name or reach:
// everything exported, and the unexported types behind it. Constants come first, then variables, functions, and
// types with their methods, each in the order of the alphabet.
//
// Unexported fields are replaced by one blank field: it is of type struct{} if values of the type can be compared,
// else of type [0]func(). An unexported type that is embedded stays if it passes on exported fields or methods.
type stub struct {
	pkg     *types.Package
	types   map[*types.TypeName]bool // to declare; grows while declarations are written
	imports map[*types.Package]string
	foreign func(*types.TypeName) // is told of types of other packages
}

// stubOf returns the stub of everything exported by pkg or, where there are roots, of these types of pkg only.
// It calls foreign with every type of another package that the stub names.
func stubOf(pkg *types.Package, roots []*types.TypeName, foreign func(*types.TypeName)) string {
	s := &stub{pkg, map[*types.TypeName]bool{}, map[*types.Package]string{}, foreign}
	var consts, vars, funcs []string
	for _, root := range roots {
		s.types[root] = true
	}
	for _, name := range pkg.Scope().Names() {
		object := pkg.Scope().Lookup(name)
		if !object.Exported() || roots != nil {
			continue
		}
		switch object := object.(type) {
		case *types.Const:
			consts = append(consts, s.constant(object))
		case *types.Var:
			vars = append(vars, fmt.Sprintf("var %s %s", name, s.typeText(object.Type())))
		case *types.Func:
			funcs = append(funcs, "func "+name+s.signature(object.Signature()))
		case *types.TypeName:
			s.types[object] = true
		}
	}
	blocks := []string{strings.Join(consts, "\n"), strings.Join(vars, "\n"), strings.Join(funcs, "\n")}
	blocks = append(blocks, s.declarations()...)

	head := fmt.Sprintf("package %s // import %q", pkg.Name(), pkg.Path())
	blocks = slices.Insert(blocks, 0, head, s.importText())
	blocks = slices.DeleteFunc(blocks, func(b string) bool { return b == "" })
	return strings.Join(blocks, "\n\n") + "\n"
}

// declarations returns one block for every type, sorted by name. A declaration can bring further types.
func (s *stub) declarations() []string {
	done := map[*types.TypeName]string{}
	for len(done) < len(s.types) {
		for _, name := range slices.Collect(maps.Keys(s.types)) {
			if _, ok := done[name]; !ok {
				done[name] = s.declaration(name)
			}
		}
	}
	names := slices.SortedFunc(maps.Keys(done), func(a, b *types.TypeName) int { return cmp.Compare(a.Name(), b.Name()) })
	var blocks []string
	for _, name := range names {
		blocks = append(blocks, done[name])
	}
	return blocks
}

func (s *stub) constant(c *types.Const) string {
	value := c.Val().ExactString()
	if num, den, ok := strings.Cut(value, "/"); ok && c.Val().Kind() == constant.Float {
		value = num + ".0 / " + den + ".0"
	}
	if basic, ok := c.Type().(*types.Basic); ok && basic.Info()&types.IsUntyped != 0 {
		return fmt.Sprintf("const %s = %s", c.Name(), value)
	}
	return fmt.Sprintf("const %s %s = %s", c.Name(), s.typeText(c.Type()), value)
}

// declaration returns the type and its methods.
func (s *stub) declaration(name *types.TypeName) string {
	if alias, ok := name.Type().(*types.Alias); ok && name.IsAlias() {
		return fmt.Sprintf("type %s%s = %s", name.Name(), s.parameters(alias.TypeParams()), s.typeText(alias.Rhs()))
	}
	if name.IsAlias() { // of a basic type
		return fmt.Sprintf("type %s = %s", name.Name(), s.typeText(name.Type()))
	}
	named := name.Type().(*types.Named)
	text := "type " + name.Name() + s.parameters(named.TypeParams()) + " "
	switch t := named.Underlying().(type) {
	case *types.Struct:
		text += s.structText(t)
	case *types.Interface:
		text += s.interfaceText(t)
	default:
		text += s.typeText(t)
	}
	var methods []string
	for m := range named.Methods() {
		if m.Exported() {
			receiver := s.typeText(m.Signature().Recv().Type())
			methods = append(methods, fmt.Sprintf("func (%s) %s%s", receiver, m.Name(), s.signature(m.Signature())))
		}
	}
	// The order of names, whatever the receiver.
	slices.SortFunc(methods, func(a, b string) int {
		_, a, _ = strings.Cut(a, ") ")
		_, b, _ = strings.Cut(b, ") ")
		return cmp.Compare(a, b)
	})
	return strings.Join(slices.Insert(methods, 0, text), "\n")
}

func (s *stub) parameters(list *types.TypeParamList) string {
	if list.Len() == 0 {
		return ""
	}
	var all []string
	for p := range list.TypeParams() {
		all = append(all, p.Obj().Name()+" "+s.typeText(p.Constraint()))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

func (s *stub) structText(t *types.Struct) string {
	var lines []string
	hidden := false
	for i := range t.NumFields() {
		field, line := t.Field(i), ""
		switch {
		case field.Embedded() && (field.Exported() || promotes(field.Type())):
			line = s.typeText(field.Type())
		case field.Exported():
			line = field.Name() + " " + s.typeText(field.Type())
		default:
			hidden = true
			continue
		}
		if tag := t.Tag(i); tag != "" {
			line += fmt.Sprintf(" %#q", tag)
		}
		lines = append(lines, line)
	}
	switch {
	case hidden && types.Comparable(t):
		lines = append(lines, "_ struct{}")
	case hidden:
		lines = append(lines, "_ [0]func()")
	}
	return block("struct", lines)
}

// promotes says whether a struct that embeds t gets exported fields or methods by it.
func promotes(t types.Type) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	methods := types.NewMethodSet(types.NewPointer(t))
	if types.IsInterface(t) {
		methods = types.NewMethodSet(t)
	}
	for m := range methods.Methods() {
		if m.Obj().Exported() {
			return true
		}
	}
	fields, ok := t.Underlying().(*types.Struct)
	for i := 0; ok && i < fields.NumFields(); i++ {
		if f := fields.Field(i); f.Exported() || f.Embedded() {
			return true
		}
	}
	return false
}

func (s *stub) interfaceText(t *types.Interface) string {
	var lines []string
	for e := range t.EmbeddedTypes() {
		lines = append(lines, s.typeText(e))
	}
	for m := range t.ExplicitMethods() {
		lines = append(lines, m.Name()+s.signature(m.Signature()))
	}
	return block("interface", lines)
}

func block(keyword string, lines []string) string {
	if len(lines) == 0 {
		return keyword + "{}"
	}
	return keyword + " {\n\t" + strings.Join(lines, "\n\t") + "\n}"
}

func (s *stub) typeText(t types.Type) string {
	s.reach(t)
	return types.TypeString(t, s.qualify)
}

func (s *stub) signature(sig *types.Signature) string {
	plain := types.NewSignatureType(nil, nil, nil, sig.Params(), named(sig.Results()), sig.Variadic())
	text := s.parameters(sig.TypeParams()) + strings.TrimPrefix(s.typeText(plain), "func")
	if sig.TypeParams() != nil || sig.RecvTypeParams() != nil {
		text += " {}" // the type checker wants generic functions to have a body
	}
	return text
}

// named returns results without the names like "#rv1" that the compiler gives to those that have none.
func named(results *types.Tuple) *types.Tuple {
	var vars []*types.Var
	for v := range results.Variables() {
		name := v.Name()
		if strings.HasPrefix(name, "#") {
			name = ""
		}
		vars = append(vars, types.NewParam(v.Pos(), v.Pkg(), name, v.Type()))
	}
	return types.NewTuple(vars...)
}

// qualify names a package in the stub, which imports it by another name if its own is taken.
func (s *stub) qualify(p *types.Package) string {
	if p == s.pkg {
		return ""
	}
	if s.imports[p] == "" {
		name := p.Name()
		for slices.Contains(slices.Collect(maps.Values(s.imports)), name) {
			name += "_"
		}
		s.imports[p] = name
	}
	return s.imports[p]
}

func (s *stub) importText() string {
	var lines []string
	for p, name := range s.imports {
		if name == p.Name() {
			lines = append(lines, fmt.Sprintf("import %q", p.Path()))
		} else {
			lines = append(lines, fmt.Sprintf("import %s %q", name, p.Path()))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// reach finds the types that t names: those of this package are declared too.
func (s *stub) reach(t types.Type) {
	switch t := t.(type) {
	case *types.Alias:
		s.reachName(t.Obj())
		for a := range t.TypeArgs().Types() {
			s.reach(a)
		}
	case *types.Named:
		s.reachName(t.Obj())
		for a := range t.TypeArgs().Types() {
			s.reach(a)
		}
	case *types.Map:
		s.reach(t.Key())
		s.reach(t.Elem())
	case interface{ Elem() types.Type }: // pointers, slices, arrays, channels
		s.reach(t.Elem())
	case *types.Signature:
		s.reach(t.Params())
		s.reach(t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			s.reach(v.Type())
		}
	case *types.Struct:
		for f := range t.Fields() {
			s.reach(f.Type())
		}
	case *types.Interface:
		for e := range t.EmbeddedTypes() {
			s.reach(e)
		}
		for m := range t.ExplicitMethods() {
			s.reach(m.Signature())
		}
	case *types.Union:
		for term := range t.Terms() {
			s.reach(term.Type())
		}
	}
}

func (s *stub) reachName(name *types.TypeName) {
	switch name.Pkg() {
	case nil: // predeclared
	case s.pkg:
		s.types[name] = true
	default:
		s.foreign(name)
	}
}
