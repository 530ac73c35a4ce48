// shows: LayoutInflater.inflate makes the views of a layout
// manifest: {launcher: Main, layouts: {row: '<cn.example.Chart/>'}}
// hit: [serial before_consent = launcher Main.onCreate > inflated Chart.<init>]
// miss: [serial reachable = launcher Main.onBackPressed > inflated Chart.<init>]

class Main extends Activity {
  protected void onCreate(Bundle state) {                       // hit
  public void onBackPressed() {                                 // miss
    getLayoutInflater().inflate(R.layout.row, null);
  }
}
class Chart extends View {
  public Chart(Context context, AttributeSet set) { super(context, set); String id = SERIAL; }
}
