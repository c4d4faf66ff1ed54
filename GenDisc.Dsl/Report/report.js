(function () {
  "use strict";
  var root = document.documentElement;
  function css(name) { return getComputedStyle(root).getPropertyValue(name).trim(); }

  function axis(own, narrow) {
    var title = own.title || "";
    var bare = own.showticklabels === false;
    return Object.assign({}, own, {
      title: { text: title, standoff: 8 },
      automargin: true,
      gridcolor: css("--grid"),
      zeroline: false,
      linecolor: css("--axis"),
      showline: !bare,
      ticks: bare ? "" : "outside",
      ticklen: 4,
      tickcolor: css("--axis"),
      tickfont: { size: narrow ? 10 : 11 }
    });
  }

  // A legend of many rows would leave little of the height to the figure itself.
  function makeRoom(figure, el) {
    var names = figure.layout.showlegend ? figure.data.map(function (t) { return (t.name || "").length; }) : [];
    var columns = Math.max(1, Math.floor((el.clientWidth - 70) / (48 + 6.5 * Math.max.apply(null, names.concat(1)))));
    var rows = Math.ceil(names.length / columns);
    el.style.height = "";
    if (rows > 2) el.style.height = el.clientHeight + 19 * (rows - 1) + "px";
  }

  function layoutOf(figure, el) {
    makeRoom(figure, el);
    var narrow = el.clientWidth < 480;
    var own = figure.layout;
    var layout = Object.assign({}, own, {
      autosize: true,
      font: { family: css("--sans"), size: 12, color: css("--ink") },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: narrow ? 44 : 56, r: 14, t: 14, b: 44 },
      xaxis: axis(own.xaxis || {}, narrow),
      yaxis: axis(own.yaxis || {}, narrow),
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom", font: { size: narrow ? 11 : 12 },
                itemsizing: figure.data.every(function (t) { return t.mode === "markers"; }) ? "constant" : "trace" },
      hoverlabel: { font: { family: css("--sans"), size: 12 } },
      modebar: { orientation: "v", bgcolor: "rgba(0,0,0,0)", color: css("--muted"), activecolor: css("--accent") },
      dragmode: window.matchMedia("(pointer: coarse)").matches ? false : "zoom"
    });
    if (own.shapes) {
      layout.shapes = own.shapes.map(function (s) { return Object.assign({ layer: "below" }, s); });
    }
    if (figure.slider) {
      layout.xaxis.rangeslider = { thickness: 0.12, bgcolor: css("--panel"), bordercolor: css("--line"), borderwidth: 1 };
    }
    if (figure.equal) {
      layout.yaxis.scaleanchor = "x";
      layout.yaxis.constrain = "domain";
      layout.xaxis.constrain = "domain";
    }
    return layout;
  }

  // Without a pointer that hovers, plotly.js would show the buttons all the time, over the legend.
  var hovers = window.matchMedia("(hover: hover)").matches;
  function configOf(figure) {
    return {
      responsive: true,
      displaylogo: false,
      displayModeBar: figure.tools && hovers ? "hover" : false,
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"]
    };
  }

  // The darkest colour of the palette would sink into a dark page.
  var dark = window.matchMedia("screen and (prefers-color-scheme: dark)");
  function figureOf(text) { return JSON.parse(dark.matches ? text.replace(/#0072B2/g, "#3E9BD6") : text); }

  var drawn = [];
  document.querySelectorAll("script[data-figure]").forEach(function (script) {
    var el = document.getElementById(script.getAttribute("data-figure"));
    var figure = figureOf(script.textContent);
    Plotly.newPlot(el, figure.data, layoutOf(figure, el), configOf(figure));
    drawn.push({ el: el, figure: figure, text: script.textContent });
  });

  function redraw(d) { Plotly.react(d.el, d.figure.data, layoutOf(d.figure, d.el), configOf(d.figure)); }
  function restyle() {
    drawn.forEach(function (d) {
      d.figure = figureOf(d.text);
      redraw(d);
    });
  }

  // A box can change its width without the window changing: on printing, in a frame, when a scroll bar comes.
  if (window.ResizeObserver) {
    drawn.forEach(function (d) {
      var width = d.el.clientWidth;
      new ResizeObserver(function () {
        if (d.el.clientWidth === width) return;
        width = d.el.clientWidth;
        redraw(d);
      }).observe(d.el);
    });
  }
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
  window.matchMedia("print").addEventListener("change", restyle);
})();
