// shows: a view made in code is measured and drawn
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Chart.onAttachedToWindow]
// miss: [serial reachable = launcher Main.onBackPressed > lifecycle Chart.onAttachedToWindow]

class Main extends Activity {
  protected void onCreate(Bundle state) {                       // hit
  public void onBackPressed() {                                 // miss
    setContentView(new Chart(this));
  }
}
class Chart extends View {
  Chart(Context context) { super(context); }
  protected void onAttachedToWindow() { String id = SERIAL; }
}
