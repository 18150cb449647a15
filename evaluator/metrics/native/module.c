/* evaluator.metrics._kernel: what Python calls. Texts are read and counted without the GIL. */
#include "kernel.h"

#define VERSION 1 /* evaluator/metrics/kernel.py names the same; a kernel built from other sources is not used */

typedef struct {
    PyObject **kept; /* strings that must live while they are read without the GIL */
    Text *texts;
    Py_ssize_t n;
} Texts;

static void free_texts(Texts *texts)
{
    for (Py_ssize_t i = 0; i < texts->n; i++)
        Py_XDECREF(texts->kept[i]);
    free(texts->kept);
    free(texts->texts);
    *texts = (Texts){0};
}

static int take_texts(PyObject *sequence, Texts *texts, int with_none)
{
    PyObject *fast = PySequence_Fast(sequence, "texts must be a sequence");
    if (!fast)
        return -1;
    Py_ssize_t n = PySequence_Fast_GET_SIZE(fast);
    *texts = (Texts){calloc((size_t)n + 1, sizeof(PyObject *)), calloc((size_t)n + 1, sizeof(Text)), 0};
    if (!texts->kept || !texts->texts) {
        PyErr_NoMemory();
        goto failed;
    }
    for (; texts->n < n; texts->n++) {
        PyObject *item = PySequence_Fast_GET_ITEM(fast, texts->n);
        Text *text = texts->texts + texts->n;
        if (item == Py_None && with_none)
            continue; /* data stays NULL */
        if (!PyUnicode_Check(item)) {
            PyErr_Format(PyExc_TypeError, "text %zd is of type %s, not str", texts->n + 1, Py_TYPE(item)->tp_name);
            goto failed;
        }
#if PY_VERSION_HEX < 0x030C0000
        if (PyUnicode_READY(item) < 0)
            goto failed;
#endif
        Py_INCREF(item);
        texts->kept[texts->n] = item;
        *text = (Text){PyUnicode_DATA(item), (size_t)PyUnicode_GET_LENGTH(item), (int)PyUnicode_KIND(item)};
    }
    Py_DECREF(fast);
    return 0;
failed:
    Py_DECREF(fast);
    free_texts(texts);
    return -1;
}

static void drop_index(PyObject *capsule)
{
    Index *index = PyCapsule_GetPointer(capsule, "evaluator.index");
    if (index)
        free_index(index);
}

static int fill_index(Index *index, const Texts *streams, Py_ssize_t n_streams)
{
    Space space = {0};
    Text *here = calloc((size_t)n_streams + 1, sizeof(Text));
    int failed = !here;
    for (size_t i = 0; i < index->n_segments && !failed; i++) {
        size_t n = 0;
        for (Py_ssize_t k = 0; k < n_streams; k++)
            if (streams[k].texts[i].data)
                here[n++] = streams[k].texts[i];
        failed = index_segment(index, index->segments + i, here, n, &space);
    }
    free(here);
    free_space(&space);
    return failed;
}

static PyObject *make_index(PyObject *self, PyObject *args)
{
    PyObject *streams, *capsule = NULL;
    Index given = {0};
    if (!PyArg_ParseTuple(args, "O!iiiiidi", &PyTuple_Type, &streams, &given.metric, &given.tokens, &given.order, &given.word_order, &given.whitespace,
                          &given.factor, &given.eps_smoothing))
        return NULL;
    if (given.order < 0 || given.word_order < 0 || given.order + given.word_order > MOST_ORDERS)
        return PyErr_Format(PyExc_ValueError, "orders %d and %d are over %d", given.order, given.word_order, MOST_ORDERS);
    int orders = given.order + given.word_order;
    given.n_statistics = given.metric == BLEU ? 2 + 2 * (size_t)orders : given.metric == CHRF ? 3 * (size_t)orders : 2;
    Py_ssize_t n_streams = PyTuple_GET_SIZE(streams), taken = 0;
    Texts *texts = calloc((size_t)n_streams + 1, sizeof(Texts));
    Index *index = calloc(1, sizeof(Index));
    if (!texts || !index) {
        PyErr_NoMemory();
        goto done;
    }
    *index = given;
    for (; taken < n_streams; taken++) {
        if (take_texts(PyTuple_GET_ITEM(streams, taken), texts + taken, 1))
            goto done;
        if (texts[taken].n != texts[0].n) {
            taken++;
            PyErr_SetString(PyExc_ValueError, "streams of different lengths");
            goto done;
        }
    }
    index->n_segments = n_streams ? (size_t)texts[0].n : 0;
    index->segments = calloc(index->n_segments + 1, sizeof(Segment));
    int failed = !index->segments;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS
        failed = fill_index(index, texts, n_streams);
        Py_END_ALLOW_THREADS
    }
    if (failed)
        PyErr_NoMemory();
    else if ((capsule = PyCapsule_New(index, "evaluator.index", drop_index)))
        index = NULL;
done:
    for (Py_ssize_t k = 0; k < taken; k++)
        free_texts(texts + k);
    free(texts);
    if (index)
        free_index(index);
    return capsule;
}

static int count_texts(const Index *index, const Texts *texts, const int64_t *segments, double *out)
{
    Space space = {0};
    int failed = 0;
    for (Py_ssize_t i = 0; i < texts->n && !failed; i++)
        failed = text_statistics(index, index->segments + (segments ? segments[i] : i), texts->texts + i, &space, out + (size_t)i * index->n_statistics);
    free_space(&space);
    return failed;
}

static PyObject *count(PyObject *self, PyObject *args)
{
    PyObject *capsule, *hypotheses, *places, *result = NULL;
    Py_buffer out = {0}, segments = {0};
    Texts texts = {0};
    if (!PyArg_ParseTuple(args, "OOOw*", &capsule, &hypotheses, &places, &out))
        return NULL;
    Index *index = PyCapsule_GetPointer(capsule, "evaluator.index");
    if (!index || take_texts(hypotheses, &texts, 0))
        goto done;
    if (places != Py_None && PyObject_GetBuffer(places, &segments, PyBUF_SIMPLE))
        goto done;
    const int64_t *at = segments.buf;
    if ((size_t)out.len != (size_t)texts.n * index->n_statistics * sizeof(double) || (at && segments.len != texts.n * 8) ||
        (!at && (size_t)texts.n > index->n_segments)) {
        PyErr_SetString(PyExc_ValueError, "sizes do not agree");
        goto done;
    }
    for (Py_ssize_t i = 0; at && i < texts.n; i++)
        if (at[i] < 0 || (size_t)at[i] >= index->n_segments) {
            PyErr_SetString(PyExc_ValueError, "no such segment");
            goto done;
        }
    int failed;
    Py_BEGIN_ALLOW_THREADS
    failed = count_texts(index, &texts, at, out.buf);
    Py_END_ALLOW_THREADS
    if (failed == -2)
        PyErr_SetString(PyExc_Exception, "unknown operation 'x'"); /* what sacreBLEU says when the beam loses the path */
    else if (failed)
        PyErr_NoMemory();
    else
        result = Py_NewRef(Py_None);
done:
    free_texts(&texts);
    PyBuffer_Release(&out);
    if (segments.obj)
        PyBuffer_Release(&segments);
    return result;
}

/* Rows of numbers, a sequence of sequences, into a float64 buffer. */
static PyObject *take_rows(PyObject *self, PyObject *args)
{
    PyObject *rows, *fast, *result = NULL;
    Py_buffer out = {0};
    if (!PyArg_ParseTuple(args, "Ow*", &rows, &out))
        return NULL;
    if (!(fast = PySequence_Fast(rows, "statistics must be rows")))
        goto done;
    Py_ssize_t n = PySequence_Fast_GET_SIZE(fast), width = n ? out.len / (Py_ssize_t)sizeof(double) / n : 0;
    double *to = out.buf;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *row = PySequence_Fast(PySequence_Fast_GET_ITEM(fast, i), "a row must be a sequence");
        if (!row)
            goto done;
        Py_ssize_t size = PySequence_Fast_GET_SIZE(row);
        if (size != width)
            PyErr_Format(PyExc_ValueError, "row %zd has %zd statistics, the first %zd", i + 1, size, width);
        for (Py_ssize_t k = 0; k < size && size == width; k++) {
            PyObject *item = PySequence_Fast_GET_ITEM(row, k);
            *to++ = PyFloat_CheckExact(item) ? PyFloat_AS_DOUBLE(item) : PyLong_CheckExact(item) ? (double)PyLong_AsLongLong(item) : PyFloat_AsDouble(item);
        }
        Py_DECREF(row);
        if (PyErr_Occurred())
            goto done;
    }
    result = Py_NewRef(Py_None);
done:
    Py_XDECREF(fast);
    PyBuffer_Release(&out);
    return result;
}

/* Rows of float64 as lists of int, or of int and after the first number float. */
static PyObject *make_lists(PyObject *self, PyObject *args)
{
    Py_buffer rows = {0};
    Py_ssize_t width, integers;
    if (!PyArg_ParseTuple(args, "y*nn", &rows, &width, &integers))
        return NULL;
    Py_ssize_t n = width > 0 ? rows.len / (Py_ssize_t)sizeof(double) / width : 0;
    const double *from = rows.buf;
    PyObject *lists = PyList_New(n);
    for (Py_ssize_t i = 0; lists && i < n; i++) {
        PyObject *row = PyList_New(width);
        if (row)
            PyList_SET_ITEM(lists, i, row);
        for (Py_ssize_t k = 0; row && k < width; k++, from++) {
            PyObject *item = k < integers ? PyLong_FromLongLong((long long)*from) : PyFloat_FromDouble(*from);
            if (item)
                PyList_SET_ITEM(row, k, item);
            else
                row = NULL;
        }
        if (!row)
            Py_CLEAR(lists);
    }
    PyBuffer_Release(&rows);
    return lists;
}

static PyObject *bleu_scores(PyObject *self, PyObject *args)
{
    Py_buffer rows = {0}, out = {0};
    int order, smoothing, effective;
    double value;
    PyObject *result = NULL;
    if (!PyArg_ParseTuple(args, "y*w*iidp", &rows, &out, &order, &smoothing, &value, &effective))
        return NULL;
    size_t width = 2 + 2 * (size_t)order, n = (size_t)out.len / sizeof(double);
    if (order < 1 || order > MOST_ORDERS || (size_t)rows.len != n * width * sizeof(double))
        PyErr_SetString(PyExc_ValueError, "sizes do not agree");
    else {
        Py_BEGIN_ALLOW_THREADS
        for (size_t i = 0; i < n; i++)
            ((double *)out.buf)[i] = bleu_score((const double *)rows.buf + i * width, order, smoothing, value, effective);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&rows);
    PyBuffer_Release(&out);
    return result;
}

static PyMethodDef methods[] = {
    {"make_index", make_index, METH_VARARGS, "make_index(streams, metric, tokens, order, word_order, whitespace, factor, eps_smoothing) -> capsule"},
    {"count", count, METH_VARARGS, "count(index, texts, segments or None, out): statistics of texts into float64 (n, n_statistics)"},
    {"make_lists", make_lists, METH_VARARGS, "make_lists(rows, width, n_integers): rows of float64 as lists, their first numbers int"},
    {"take_rows", take_rows, METH_VARARGS, "take_rows(rows, out): rows of numbers into float64 (n, width)"},
    {"bleu_scores", bleu_scores, METH_VARARGS, "bleu_scores(rows, out, order, smoothing, value, effective)"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_kernel", "Compiled counting; see evaluator/metrics/kernel.py", -1, methods};

PyMODINIT_FUNC PyInit__kernel(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddIntConstant(module, "VERSION", VERSION))
        Py_CLEAR(module);
    return module;
}
