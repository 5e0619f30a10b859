import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.QuestionDef;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.ValidateOutcome;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.data.AnswerDataFactory;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.MultipleItemsData;
import org.javarosa.core.model.data.SelectMultiData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.data.UncastData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.reference.PrefixedRootFactory;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.PropertyManager;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormAnswerDataSerializer;
import org.javarosa.xform.util.XFormUtils;
import org.javarosa.xpath.XPathNodeset;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.XPathFuncExpr;
import org.opendatakit.validate.StubPropertyManager;

/**
 * What JavaRosa, the engine inside ODK Collect, makes of a form. Reads one JSON object a line from standard
 * input and writes one JSON list a line: the outcome of each command.
 *
 * <p>{"form": "the XForm", "files": {"name.csv": "content"}, "do": [["value", "/data/a[2]/b", "1 + 1"], …]}.
 * Without "form" the commands go to the form before. An outcome is any JSON; what JavaRosa refuses is
 * {"error": "kind: message"}.
 */
public class Oracle {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FILES = temporaryFolder();

    private FormDef form;
    private FormEntryModel model;
    private FormEntryController controller;

    public static void main(String[] arguments) throws IOException {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        new XFormsModule().registerModule();
        PropertyManager.setPropertyManager(new StubPropertyManager());
        ReferenceManager.instance().addReferenceFactory(new LocalFiles());
        Oracle oracle = new Oracle();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            answers.println(JSON.writeValueAsString(oracle.handle(JSON.readTree(line))));
        }
    }

    private Object handle(JsonNode request) {
        List<Object> outcomes = new ArrayList<>();
        try {
            if (request.has("form")) {
                open(request);
            }
        } catch (Exception | LinkageError | StackOverflowError error) {
            form = null;
            return error(error);
        }
        for (JsonNode command : request.path("do")) {
            try {
                outcomes.add(carryOut(command));
            } catch (Exception | LinkageError | StackOverflowError error) {
                outcomes.add(error(error));
            }
        }
        return outcomes;
    }

    private void open(JsonNode request) throws Exception {
        for (var files = request.path("files").fields(); files.hasNext(); ) {
            var file = files.next();
            Files.writeString(FILES.resolve(file.getKey()), file.getValue().asText());
        }
        form = XFormUtils.getFormFromInputStream(stream(request.get("form").asText()));
        form.initialize(true, new InstanceInitializationFactory());
        model = new FormEntryModel(form);
        controller = new FormEntryController(model);
    }

    private Object carryOut(JsonNode command) throws Exception {
        String place = command.path(1).asText();
        switch (command.get(0).asText()) {
            case "value":
                return value(reference(place), command.get(2).asText());
            case "holds":
                TreeReference checked = reference(place);
                return form.evaluateConstraint(checked, data(checked, command.get(2).asText()));
            case "answer":
                return answer(reference(place), command.get(2).asText());
            case "choices":
                return choices(new FormEntryPrompt(form, indexOf(reference(place))));
            case "add":
                form.createNewRepeat(indexOf(reference(place)));
                return true;
            case "state":
                Map<String, String> values = new LinkedHashMap<>();
                List<String> required = new ArrayList<>();
                collect(form.getMainInstance().getRoot(), "", values, required);
                return Map.of("values", values, "required", required);
            case "walk":
                controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
                while (controller.stepToNextEvent() != FormEntryController.EVENT_END_OF_FORM) {}
                return true;
            case "next":
                return describe(controller.stepToNextEvent());
            case "new":
                controller.newRepeat();
                return true;
            case "finish":
                form.postProcessInstance();
                return true;
            case "validate":
                ValidateOutcome found = form.validate(true);
                return found == null ? "ok" : outcome(found.outcome) + " " + found.failedPrompt.getReference().toString(true);
            case "xml":
                return new String(new XFormSerializingVisitor().serializeInstance(form.getMainInstance()), StandardCharsets.UTF_8);
            default:
                throw new IllegalArgumentException(command.toString());
        }
    }

    private Object value(TreeReference place, String expression) throws Exception {
        EvaluationContext context = new EvaluationContext(form.getEvaluationContext(), place);
        context.setOriginalContext(place);
        Object found = XPathParseTool.parseXPath(expression).eval(form.getMainInstance(), context);
        return tagged(found instanceof XPathNodeset ? ((XPathNodeset) found).unpack() : found);
    }

    /** A value with the letter of its kind: number, truth, text or moment. */
    private static Object tagged(Object value) {
        if (value instanceof Double) {
            double number = (Double) value;
            return List.of("n", Double.isFinite(number) ? value : value.toString());
        }
        if (value instanceof Boolean) {
            return List.of("b", value);
        }
        if (value instanceof Date) {
            return List.of("d", new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").format((Date) value));
        }
        return List.of("t", XPathFuncExpr.toString(value));
    }

    private String answer(TreeReference place, String text) throws Exception {
        FormIndex index = indexOf(place);
        IAnswerData data = text.isEmpty() ? null : data(place, text);
        if (index == null) {
            form.setValue(data, place, true);
            return "ok";
        }
        return outcome(controller.answerQuestion(index, data, true));
    }

    private static String outcome(int code) {
        return code == FormEntryController.ANSWER_OK ? "ok"
            : code == FormEntryController.ANSWER_REQUIRED_BUT_EMPTY ? "required" : "constraint";
    }

    /** The answer that a phone's widget would give for this text. */
    private IAnswerData data(TreeReference place, String text) {
        QuestionDef question = FormDef.findQuestionByRef(place.genericize(), form);
        int control = question == null ? Constants.CONTROL_INPUT : question.getControlType();
        if (control == Constants.CONTROL_SELECT_ONE) {
            return new SelectOneData(new Selection(text));
        }
        if (control == Constants.CONTROL_SELECT_MULTI || control == Constants.CONTROL_RANK) {
            List<Selection> chosen = new ArrayList<>();
            Arrays.stream(text.split(" ")).forEach(one -> chosen.add(new Selection(one)));
            return control == Constants.CONTROL_RANK ? new MultipleItemsData(chosen) : new SelectMultiData(chosen);
        }
        int type = form.getMainInstance().resolveReference(place).getDataType();
        IAnswerData template = AnswerDataFactory.templateByDataType(type);
        return template == null ? new StringData(text) : template.cast(new UncastData(text));
    }

    private List<String> choices(FormEntryPrompt prompt) {
        List<String> values = new ArrayList<>();
        List<SelectChoice> offered = prompt.getSelectChoices();
        if (offered != null) {
            offered.forEach(choice -> values.add(choice.getValue()));
        }
        return values;
    }

    /** The texts of all relevant answers by their places, and the places of those that are required. */
    private void collect(TreeElement element, String above, Map<String, String> values, List<String> required) {
        if (element.getMultiplicity() == TreeReference.INDEX_TEMPLATE || !element.isRelevant()) {
            return;
        }
        String row = element.isRepeatable() ? "[" + (element.getMultiplicity() + 1) + "]" : "";
        String place = above + "/" + element.getName() + row;
        if (element.getNumChildren() == 0 && !element.isRepeatable()) {
            values.put(place, text(element.getValue()));
            if (element.isRequired()) {
                required.add(place);
            }
        }
        for (int child = 0; child < element.getNumChildren(); child++) {
            collect(element.getChildAt(child), place, values, required);
        }
    }

    private static String text(IAnswerData value) {
        return value == null ? "" : new XFormAnswerDataSerializer().serializeAnswerData(value).toString();
    }

    /** The event that the phone stands at: ["question", place, control, type, required, read-only, choices]. */
    private List<Object> describe(int event) {
        if (event == FormEntryController.EVENT_END_OF_FORM) {
            return List.of("end");
        }
        String place = model.getFormIndex().getReference().toString(true);
        if (event == FormEntryController.EVENT_QUESTION) {
            FormEntryPrompt prompt = model.getQuestionPrompt();
            return List.of("question", place, prompt.getControlType(), prompt.getDataType(), prompt.isRequired(),
                prompt.isReadOnly(), choices(prompt), text(prompt.getAnswerValue()));
        }
        return List.of(event == FormEntryController.EVENT_PROMPT_NEW_REPEAT ? "new" : "group", place);
    }

    private FormIndex indexOf(TreeReference place) {
        FormIndex index = FormIndex.createBeginningOfFormIndex();
        while (!index.isEndOfFormIndex()) {
            index = model.incrementIndex(index, true);
            if (index.isInForm() && place.equals(index.getReference())) {
                return index;
            }
        }
        return null;
    }

    /** The reference of a place such as /data/row[2]/age, rows numbered from 1. */
    private static TreeReference reference(String place) {
        TreeReference found = TreeReference.rootRef();
        for (String step : place.substring(1).split("/")) {
            String[] parts = step.split("[\\[\\]]");
            found.add(parts[0], parts.length > 1 ? Integer.parseInt(parts[1]) - 1 : 0);
        }
        return found;
    }

    private static Object error(Throwable error) {
        return Map.of("error", error.getClass().getSimpleName() + ": " + error.getMessage());
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Path temporaryFolder() {
        try {
            Path folder = Files.createTempDirectory("oracle");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException error) {
            throw new java.io.UncheckedIOException(error);
        }
    }

    /** Files beside the form: jr://file/name, jr://file-csv/name, jr://images/name. */
    private static class LocalFiles extends PrefixedRootFactory {
        LocalFiles() {
            super(new String[] {"file-csv", "file", "images", "audio", "video"});
        }

        @Override
        protected Reference factory(String terminal, String uri) {
            return new LocalFile(FILES.resolve(terminal.replaceFirst("^/", "")), uri);
        }
    }

    private record LocalFile(Path path, String uri) implements Reference {
        public boolean doesBinaryExist() {
            return Files.exists(path);
        }

        public InputStream getStream() throws IOException {
            return Files.newInputStream(path);
        }

        public String getURI() {
            return uri;
        }

        public String getLocalURI() {
            return path.toString();
        }

        public boolean isReadOnly() {
            return true;
        }

        public OutputStream getOutputStream() {
            throw new UnsupportedOperationException();
        }

        public void remove() {}

        public Reference[] probeAlternativeReferences() {
            return new Reference[0];
        }
    }
}
