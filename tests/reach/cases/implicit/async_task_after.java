// shows: onPostExecute runs after the work, on a pool too
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.onPostExecute]
// miss: [serial reachable = launcher Main.onBackPressed > scheduled Work.onPostExecute]

class Main extends Activity {
  protected void onCreate(Bundle state) {                       // hit
  public void onBackPressed() {                                 // miss
    new Work().executeOnExecutor(AsyncTask.THREAD_POOL_EXECUTOR);
  }
}
class Work extends AsyncTask<Object, Object, String> {
  protected String doInBackground(Object... none) { return ""; }
  protected void onPostExecute(String result) { String id = SERIAL; }
}
