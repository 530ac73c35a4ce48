// shows: a list asks its adapter for views as soon as it is shown
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > callback Rows.getView]
// miss: [serial present = Rows.getView]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Rows rows = new Rows();
    ((ListView) findViewById(1)).setAdapter(rows);              // hit
  }
}
class Rows extends BaseAdapter {
  public int getCount() { return 1; }
  public Object getItem(int at) { return null; }
  public long getItemId(int at) { return at; }
  public View getView(int at, View old, ViewGroup parent) { String id = SERIAL; return old; }
}
