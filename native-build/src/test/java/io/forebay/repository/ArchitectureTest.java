package io.forebay.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who may use whom. The table is the one of docs/ARCHITECTURE.md. */
final class ArchitectureTest {
    private static final Map<String, Set<String>> MAY_USE = new LinkedHashMap<>();

    static {
        Set<String> contracts = Set.of("schema", "observability");
        MAY_USE.put("schema", Set.of());
        MAY_USE.put("observability", Set.of());
        MAY_USE.put("wiring", contracts);
        MAY_USE.put("control-plane/metadata", contracts);
        MAY_USE.put("control-plane/server", with(contracts, "wiring", "control-plane/metadata"));
        MAY_USE.put("data-plane/transport", contracts);
        MAY_USE.put("data-plane/store", contracts);
        MAY_USE.put("data-plane/persist", contracts);
        MAY_USE.put(
                "data-plane/server",
                with(
                        contracts,
                        "wiring",
                        "data-plane/transport",
                        "data-plane/store",
                        "data-plane/persist"));
        MAY_USE.put("data-plane/local-s3", Set.of());
        MAY_USE.put("fuse-mount/fuse", Set.of());
        MAY_USE.put("fuse-mount/jnr", Set.of("fuse-mount/fuse"));
        MAY_USE.put("fuse-mount/mount", with(contracts, "fuse-mount/fuse", "data-plane/transport"));
        MAY_USE.put("fuse-mount/cli", contracts);
    }

    private static Set<String> with(Set<String> some, String... more) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(List.of(more));
        return all;
    }

    @Test
    void everyModuleWasCompiled() {
        for (String module : MAY_USE.keySet()) {
            assertTrue(
                    Files.isDirectory(classes(module)),
                    () -> module + " has no compiled classes: build the whole repository");
        }
    }

    @Test
    void modulesUseOnlyWhatTheTableAllows() {
        Map<String, String> owner = ownersOfClasses();
        TreeSet<String> found = new TreeSet<>();
        MAY_USE.forEach((module, allowed) -> {
            for (JavaClass type : imported(module)) {
                for (Dependency use : type.getDirectDependenciesFromSelf()) {
                    String target = owner.get(use.getTargetClass().getName());
                    if (target != null && !target.equals(module) && !allowed.contains(target)) {
                        found.add(module + " → " + target + ": " + use.getDescription());
                    }
                }
            }
        });
        assertEquals(Set.of(), found);
    }

    @Test
    void packagesHaveNoCycles() {
        List<String> found = new ArrayList<>();
        for (String module : MAY_USE.keySet()) {
            Map<String, Set<String>> arrows = packageArrows(module);
            for (String start : arrows.keySet()) {
                if (reaches(arrows, start, start, new TreeSet<>())) {
                    found.add(
                            module + ": " + start + " is in a cycle; it uses " + arrows.get(start));
                }
            }
        }
        assertEquals(List.of(), found);
    }

    private static Map<String, Set<String>> packageArrows(String module) {
        Map<String, Set<String>> arrows = new TreeMap<>();
        JavaClasses types = imported(module);
        Set<String> own = new TreeSet<>();
        types.forEach(type -> own.add(type.getPackageName()));
        own.removeIf(name -> name.startsWith("io.forebay.proto"));
        for (JavaClass type : types) {
            String from = type.getPackageName();
            for (Dependency use : type.getDirectDependenciesFromSelf()) {
                String to = use.getTargetClass().getPackageName();
                if (own.contains(from) && own.contains(to) && !from.equals(to)) {
                    arrows.computeIfAbsent(from, _ -> new TreeSet<>()).add(to);
                }
            }
        }
        return arrows;
    }

    private static boolean reaches(
            Map<String, Set<String>> arrows, String from, String goal, Set<String> seen) {
        for (String next : arrows.getOrDefault(from, Set.of())) {
            if (next.equals(goal) || (seen.add(next) && reaches(arrows, next, goal, seen))) {
                return true;
            }
        }
        return false;
    }

    @Test
    void typesAreClosed() {
        TreeSet<String> found = new TreeSet<>();
        for (String module : MAY_USE.keySet()) {
            for (JavaClass type : imported(module)) {
                boolean ours = !type.getPackageName().startsWith("io.forebay.proto");
                if (ours && !isClosed(type)) {
                    found.add(
                            type.getName() + " is neither final, sealed, an interface nor an enum");
                }
            }
        }
        assertEquals(Set.of(), found);
    }

    private static boolean isClosed(JavaClass type) {
        boolean managed =
                type.getAnnotations().stream()
                        .map(annotation -> annotation.getRawType().getName())
                        .anyMatch(name ->
                                name.startsWith("jakarta.") || name.startsWith("io.quarkus."));
        return type.isInterface()
                || type.isEnum()
                || type.isRecord()
                || type.isAnonymousClass()
                || managed // the container makes subclasses of its beans
                || type.getModifiers().contains(JavaModifier.FINAL)
                || type.getModifiers().contains(JavaModifier.SYNTHETIC);
    }

    private static Map<String, String> ownersOfClasses() {
        Map<String, String> owner = new TreeMap<>();
        for (String module : MAY_USE.keySet()) {
            imported(module).forEach(type -> owner.put(type.getName(), module));
        }
        return owner;
    }

    private static JavaClasses imported(String module) {
        return new ClassFileImporter().importPath(classes(module));
    }

    private static Path classes(String module) {
        return Repository.ROOT.resolve(module).resolve("target/classes");
    }
}
