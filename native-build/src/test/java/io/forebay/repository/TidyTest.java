package io.forebay.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The rules of the house that can be read off the sources. */
final class TidyTest {
    private static final int METHOD_LINES_MAX = 60;
    private static final int PARAMETERS_MAX = 5;
    private static final int FILE_LINES_MAX = 500;
    private static final int PACKAGE_FILES_MAX = 20;
    private static final int LINE_COLUMNS_MAX = 100;

    private static final Pattern NAMES_REFUSED =
            Pattern.compile(".*(Impl|Manager|Utils?|Helper|Base|Common|Info)");
    private static final Pattern NEEDS_SAFETY =
            Pattern.compile("\\bLinker\\.(?!Option)|\\.reinterpret\\(|Segment\\.ofAddress\\(");

    @Test
    void theRepositoryHasSources() {
        assertTrue(
                Repository.sources().size() > 100,
                "too few sources found below " + Repository.ROOT);
    }

    @Test
    void filesAndLinesAreShort() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : Repository.sources()) {
            List<String> lines = Files.readAllLines(file);
            if (lines.size() > FILE_LINES_MAX) {
                found.add(Repository.name(file) + ": " + lines.size() + " lines");
            }
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).length() > LINE_COLUMNS_MAX && !lines.get(i).contains("http")) {
                    found.add(
                            Repository.name(file)
                                    + ":"
                                    + (i + 1)
                                    + ": a line of "
                                    + lines.get(i).length());
                }
            }
        }
        assertNone("files ≤ 500 lines, lines ≤ 100 columns", found);
    }

    @Test
    void nothingOfAMergeIsLeftInDocuments() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : Repository.documents()) {
            for (String line : Files.readAllLines(file)) {
                if (line.matches("<{7} .*|={7}|>{7} .*")) {
                    found.add(Repository.name(file) + ": " + line);
                }
            }
        }
        assertNone("no marker of a conflict", found);
    }

    @Test
    void packagesAreSmallAndSayWhatTheyAreFor() {
        TreeMap<Path, Integer> files = new TreeMap<>();
        List<String> found = new ArrayList<>();
        for (Path file : Repository.sources()) {
            files.merge(file.getParent(), 1, Integer::sum);
        }
        files.forEach((folder, count) -> {
            if (count > PACKAGE_FILES_MAX) {
                found.add(Repository.name(folder) + ": " + count + " files");
            }
            boolean main = folder.toString().contains("/src/main/");
            if (main && !Files.exists(folder.resolve("package-info.java"))) {
                found.add(Repository.name(folder) + ": no package-info.java");
            }
        });
        assertNone("packages ≤ 20 files, each with a package-info", found);
    }

    @Test
    void nativeAccessIsArguedFor() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : Repository.sources()) {
            if (file.endsWith("TidyTest.java")) {
                continue;
            }
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (NEEDS_SAFETY.matcher(lines.get(i)).find() && !hasSafetyAbove(lines, i)) {
                    found.add(Repository.name(file) + ":" + (i + 1) + ": " + lines.get(i).strip());
                }
            }
        }
        assertNone("each Linker, reinterpret or raw address has a // SAFETY: line above it", found);
    }

    private static boolean hasSafetyAbove(List<String> lines, int line) {
        for (int i = line; i >= Math.max(0, line - 8); i--) {
            if (lines.get(i).contains("SAFETY:")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void typesAndMethodsKeepTheirShape() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> found = new ArrayList<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    files,
                                    null,
                                    List.of("--release", "25", "-proc:none"),
                                    null,
                                    files.getJavaFileObjectsFromPaths(Repository.sources()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new Shape(unit, positions, found).scan(unit, null);
            }
        }
        assertNone("types are final, records or sealed; methods ≤ 60 lines, ≤ 5 parameters", found);
    }

    private static void assertNone(String rule, List<String> found) {
        assertEquals(List.of(), found, () -> rule + ":\n  " + String.join("\n  ", found));
    }

    /** Collects what breaks a rule in one source file. */
    private static final class Shape extends TreePathScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> found;

        Shape(CompilationUnitTree unit, SourcePositions positions, List<String> found) {
            this.unit = unit;
            this.positions = positions;
            this.found = found;
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            String name = type.getSimpleName().toString();
            if (NAMES_REFUSED.matcher(name).matches()) {
                report(type, name + " says nothing about what it does");
            }
            return super.visitClass(type, null);
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            LineMap lines = unit.getLineMap();
            long start = positions.getStartPosition(unit, method);
            long end = positions.getEndPosition(unit, method);
            if (start >= 0 && end >= 0 && method.getBody() != null) {
                long length = lines.getLineNumber(end) - lines.getLineNumber(start) + 1;
                if (length > METHOD_LINES_MAX) {
                    report(method, method.getName() + " has " + length + " lines");
                }
            }
            boolean isConstructorOfRecord = isRecordConstructor(method);
            if (method.getParameters().size() > PARAMETERS_MAX && !isConstructorOfRecord) {
                report(
                        method,
                        method.getName() + " has " + method.getParameters().size() + " parameters");
            }
            return super.visitMethod(method, null);
        }

        private boolean isRecordConstructor(MethodTree method) {
            boolean constructor = method.getName().contentEquals("<init>");
            return constructor
                    && getCurrentPath().getParentPath().getLeaf() instanceof ClassTree owner
                    && owner.getKind() == com.sun.source.tree.Tree.Kind.RECORD
                    && !method.getModifiers().getFlags().contains(Modifier.PRIVATE);
        }

        private void report(com.sun.source.tree.Tree tree, String what) {
            long line = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
            found.add(
                    Repository.name(Path.of(unit.getSourceFile().toUri()))
                            + ":"
                            + line
                            + ": "
                            + what);
        }
    }
}
