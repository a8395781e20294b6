using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Model;

/// <summary>
/// All parameters as views of one flat buffer, and their gradients of another, so that one pass over memory updates, clips or saves everything.
/// Declare every parameter, then <see cref="Freeze"/>; buffers that no gradient changes (running statistics) are kept beside.
/// </summary>
internal sealed class ParameterStore
{
    private readonly List<ParameterDeclaration> _declared = [];
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LowRankAdapter> _adapters = new(StringComparer.Ordinal);
    private readonly HashSet<string> _buffers = new(StringComparer.Ordinal);
    private bool _frozen;

    /// <summary>All parameters, [count]. Decayed ones come first.</summary>
    public Tensor Values { get; private set; } = null!;

    /// <summary>Gradients in the order of <see cref="Values"/>; autograd adds to them.</summary>
    public Tensor Gradients { get; private set; } = null!;

    /// <summary>How many of the first values weight decay applies to.</summary>
    public long Decayed { get; private set; }

    /// <summary>What weights are computed in; they are kept in float32.</summary>
    public ScalarType Precision { get; set; } = ScalarType.Float32;

    /// <summary>Name, shape and start in <see cref="Values"/>; buffers have the start -1.</summary>
    public IReadOnlyList<ParameterDeclaration> Declared => _declared;

    public IEnumerable<Tensor> Buffers => _declared.Where(d => d.IsBuffer).Select(d => _tensors[d.Name]);

    /// <summary>A weight as the network uses it: its adapter merged, in the precision of the computation.</summary>
    public Tensor this[string name]
    {
        get
        {
            var tensor = _tensors[name];
            if (_adapters.TryGetValue(name, out var adapter))
            {
                tensor += _tensors[adapter.Up].matmul(_tensors[adapter.Down]) * adapter.Scale;
            }

            // Statistics of normalisation stay as they are: they are sums over many pictures.
            return Precision == ScalarType.Float32 || _buffers.Contains(name) ? tensor : tensor.to(Precision);
        }
    }

    /// <summary>A parameter or buffer as it is stored, to write to or to read in float32.</summary>
    public Tensor Stored(string name) => _tensors[name];

    /// <summary>Shape and a copy of the values, row-major, its adapter merged.</summary>
    public (long[] Shape, float[] Values) Read(string name)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var merged = this[name];
        return (merged.shape, merged.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray());
    }

    /// <summary>Normally distributed with the given deviation.</summary>
    public void Normal(string name, double deviation, params long[] shape) => Declare(name, shape, shape.Length > 1, deviation, 0);

    public void Constant(string name, float value, params long[] shape) => Declare(name, shape, false, 0, value);

    /// <summary>A weight [outputs, inputs] and a bias of zeros.</summary>
    public void Linear(string name, long inputs, long outputs, double gain = 1)
    {
        Normal(name + ".weight", gain * Math.Sqrt(1.0 / inputs), outputs, inputs);
        Constant(name + ".bias", 0, outputs);
    }

    public void Norm(string name, long width)
    {
        Constant(name + ".weight", 1, width);
        Constant(name + ".bias", 0, width);
    }

    /// <summary>State that is saved but not trained.</summary>
    public void Buffer(string name, float value, params long[] shape)
    {
        _declared.Add(new ParameterDeclaration(name, shape, false, 0, value, true));
        _tensors.Add(name, torch.full(shape, value).DetachFromDisposeScope());
        _buffers.Add(name);
    }

    /// <summary>Adds a low-rank product to a weight [outputs, inputs] that was declared before; it starts as zero.</summary>
    public void Adapt(string weight, int rank, double alpha)
    {
        var shape = _declared.Find(d => d.Name == weight)?.Shape ?? throw new ArgumentException($"{weight} is not declared.", nameof(weight));
        var adapter = new LowRankAdapter(weight, alpha / rank);
        Normal(adapter.Down, Math.Sqrt(1.0 / shape[1]), rank, shape[1]);
        Constant(adapter.Up, 0, shape[0], rank);
        _adapters.Add(weight, adapter);
    }

    /// <summary>Allocates the flat buffers and draws the initial values.</summary>
    /// <param name="seed">Of the values, which are the same on every device.</param>
    public void Freeze(long seed)
    {
        if (_frozen)
        {
            throw new InvalidOperationException("The parameters are frozen.");
        }

        _frozen = true;
        long offset = 0;
        foreach (var decay in new[] { true, false })
        {
            foreach (var declaration in _declared.Where(d => !d.IsBuffer && d.Decay == decay))
            {
                declaration.Offset = offset;
                offset += declaration.Count;
            }

            if (decay)
            {
                Decayed = offset;
            }
        }

        using (var drawn = Draw(seed, offset))
        {
            Values = drawn.to(get_default_device(), copy: true).DetachFromDisposeScope();
        }

        Gradients = zeros(offset).DetachFromDisposeScope();
        foreach (var declaration in _declared.Where(d => !d.IsBuffer))
        {
            var view = Values.narrow(0, declaration.Offset, declaration.Count).view(declaration.Shape).detach();
            view.requires_grad_(true);
            view.grad = Gradients.narrow(0, declaration.Offset, declaration.Count).view(declaration.Shape);
            _tensors.Add(declaration.Name, view.DetachFromDisposeScope());
        }
    }

    /// <summary>Says what learns, and how fast: the rest takes no gradient.</summary>
    /// <param name="rate">Factor of the learning rate by name; 0 for what is frozen.</param>
    public void Train(Func<string, float> rate)
    {
        foreach (var declaration in _declared.Where(d => !d.IsBuffer))
        {
            declaration.Rate = rate(declaration.Name);
            _tensors[declaration.Name].requires_grad_(declaration.Rate > 0);
        }
    }

    private Tensor Draw(long seed, long count)
    {
        using var generator = new Generator((ulong)seed, CPU);
        var values = zeros(count, device: CPU);
        foreach (var declaration in _declared.Where(d => !d.IsBuffer))
        {
            using var view = values.narrow(0, declaration.Offset, declaration.Count);
            _ = declaration.Deviation > 0 ? view.normal_(0, declaration.Deviation, generator) : view.fill_(declaration.Value);
        }

        return values;
    }

    private void Declare(string name, long[] shape, bool decay, double deviation, float value) => _declared.Add(new ParameterDeclaration(name, shape, decay, deviation, value));

    private sealed record LowRankAdapter(string Weight, double Scale)
    {
        /// <summary>[rank, inputs].</summary>
        public string Down => Weight + LowRank.DownSuffix;

        /// <summary>[outputs, rank].</summary>
        public string Up => Weight + LowRank.UpSuffix;
    }
}
